const exact = new Set([
  "default",
  "cert-manager",
  "gatekeeper",
  "ingress-nginx",
  "kubernetes",
  "local-path-storage",
  "monitoring",
  "openshift",
]);

/**
 * Whether a service may not have this name, since its namespace belongs to Kubernetes (`kube-*`, `default`), to
 * Fairway (`fairway*`) or to what platforms usually install (`*-system`, `openshift-*`, ...).
 */
export function reservedNamespace(name: string): boolean {
  return exact.has(name) || /^(kube-|fairway|openshift-)/.test(name) || name.endsWith("-system");
}
