/** What Fairway does in a cluster, in the terms of Kubernetes' authorization; the ClusterRole of `account.ts` grants it. */
export interface Right {
  /** API group; empty for the core. */
  readonly group: string;
  /** Plural, with `/subresource` where one is meant. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Only objects of this name. */
  readonly name?: string;
  /** For the cluster's owner: one line. */
  readonly why: string;
}

const read = ["get", "list", "watch"];
/** Server-side apply is `patch`, and `create` too where the object is new. */
const write = ["create", "patch", "update", "delete"];

export const rights: readonly Right[] = [
  {
    group: "",
    resource: "namespaces",
    verbs: [...read, ...write],
    why: "each service has a namespace of its own; namespaces without Fairway's labels are left alone",
  },
  {
    group: "",
    resource: "configmaps",
    verbs: [...read, ...write],
    why: "a service's variables, and what Fairway has made in its namespace",
  },
  {
    group: "",
    resource: "serviceaccounts",
    verbs: [...read, ...write],
    why: "the account that a service's pods run under",
  },
  {
    group: "",
    resource: "secrets",
    name: "fairway-registry",
    verbs: ["create", "patch", "delete"],
    why: "credentials of private registries; written, never read, and no other Secret",
  },
  { group: "", resource: "services", verbs: [...read, ...write], why: "a service's address" },
  { group: "apps", resource: "deployments", verbs: [...read, ...write], why: "a service's pods" },
  { group: "batch", resource: "jobs", verbs: [...read, ...write], why: "migrations" },
  { group: "", resource: "pods", verbs: read, why: "how the pods are" },
  { group: "apps", resource: "replicasets", verbs: read, why: "which release a pod belongs to, why there is none" },
  { group: "discovery.k8s.io", resource: "endpointslices", verbs: read, why: "which pods get requests" },
  { group: "", resource: "events", verbs: ["list", "watch"], why: "causes of failures" },
  { group: "", resource: "pods/log", verbs: ["get"], why: "causes of failures, and fairway logs" },
  { group: "", resource: "nodes", verbs: ["list"], why: "how many there are" },
];
