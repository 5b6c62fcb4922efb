/** What Fairway does in a cluster, in the terms of Kubernetes' authorization. `cluster-role.yaml` says the same. */
export interface Right {
  /** API group; empty for the core. */
  readonly group: string;
  /** Plural, with `/subresource` where one is meant. */
  readonly resource: string;
  readonly verbs: readonly string[];
}

const read = ["get", "list", "watch"];
const write = ["create", "patch", "update", "delete"];

/** Server-side apply is `patch`, and `create` too where the object is new. */
export const rights: readonly Right[] = [
  { group: "", resource: "namespaces", verbs: [...read, ...write] },
  { group: "", resource: "configmaps", verbs: [...read, ...write] },
  { group: "", resource: "serviceaccounts", verbs: [...read, ...write] },
  // Pull secrets are applied and deleted, never read.
  { group: "", resource: "secrets", verbs: ["create", "patch", "delete"] },
  { group: "", resource: "services", verbs: [...read, ...write] },
  // Pods are written only as dry runs, which need the right all the same.
  { group: "", resource: "pods", verbs: [...read, "create", "patch", "delete"] },
  { group: "", resource: "pods/log", verbs: ["get"] },
  { group: "", resource: "events", verbs: ["list", "watch"] },
  { group: "", resource: "nodes", verbs: ["list"] },
  { group: "apps", resource: "deployments", verbs: [...read, ...write] },
  { group: "apps", resource: "replicasets", verbs: read },
  { group: "batch", resource: "jobs", verbs: [...read, ...write] },
  { group: "discovery.k8s.io", resource: "endpointslices", verbs: read },
];
