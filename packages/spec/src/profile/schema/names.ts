/** A namespace, a listener, ...: a DNS label as Kubernetes takes it (RFC 1123). */
export const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
