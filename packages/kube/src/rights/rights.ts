/** What Fairway does in a cluster, in the terms of Kubernetes' authorization; the ClusterRole of `account.ts` grants it. */
export interface Right {
  /** API group; empty for the core. */
  readonly group: string;
  /** Plural, with `/subresource` where one is meant. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Only objects of this name. */
  readonly name?: string;
  /** Of a kind that not every cluster has: where it has none, no right is missing. */
  readonly optional?: true;
  /** Without it Fairway foresees less and does the rest as well: it is granted, and never missing. */
  readonly dispensable?: true;
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
  { group: "", resource: "resourcequotas", verbs: [...read, ...write], why: "what a service may use in all" },
  {
    group: "",
    resource: "limitranges",
    verbs: [...read, ...write],
    why: "what a container may use, and uses unless told",
  },
  {
    group: "networking.k8s.io",
    resource: "networkpolicies",
    verbs: [...read, ...write],
    why: "who may call a service, and what it may call",
  },
  {
    group: "rbac.authorization.k8s.io",
    resource: "rolebindings",
    verbs: [...read, ...write],
    why: "the owner team's access to its service's namespace",
  },
  ...["view", "edit"].map(
    (name): Right => ({
      group: "rbac.authorization.k8s.io",
      resource: "clusterroles",
      name,
      verbs: ["bind"],
      why: `the role that the owner team may get, so that Fairway can give it without having it`,
    }),
  ),
  { group: "apps", resource: "deployments", verbs: [...read, ...write], why: "a service's pods" },
  {
    group: "autoscaling",
    resource: "horizontalpodautoscalers",
    verbs: [...read, ...write],
    why: "how many pods there are between two bounds",
  },
  {
    group: "policy",
    resource: "poddisruptionbudgets",
    verbs: [...read, ...write],
    why: "how many pods stay while nodes are drained",
  },
  { group: "batch", resource: "jobs", verbs: [...read, ...write], why: "migrations, and runs of crons" },
  { group: "batch", resource: "cronjobs", verbs: [...read, ...write], why: "crons" },
  { group: "networking.k8s.io", resource: "ingresses", verbs: [...read, ...write], why: "public hosts" },
  {
    group: "gateway.networking.k8s.io",
    resource: "httproutes",
    verbs: [...read, ...write],
    optional: true,
    why: "public hosts, where the profile names a Gateway",
  },
  { group: "", resource: "pods", verbs: read, why: "how the pods are, and what room the nodes have" },
  {
    group: "",
    resource: "pods",
    verbs: ["create"],
    dispensable: true,
    why: "whether a service's pods would be let in: tried before a rollout (dry run), never made",
  },
  {
    group: "",
    resource: "pods",
    verbs: ["delete"],
    dispensable: true,
    why: "a pod that waits in its back-off, when its release is deployed once more",
  },
  { group: "apps", resource: "replicasets", verbs: read, why: "which release a pod belongs to, why there is none" },
  { group: "discovery.k8s.io", resource: "endpointslices", verbs: read, why: "which pods get requests" },
  {
    group: "discovery.k8s.io",
    resource: "endpointslices",
    verbs: write,
    dispensable: true,
    why: "an old Service that leads to a service of Fairway's, while that is being adopted (fairway adopt)",
  },
  { group: "", resource: "events", verbs: ["list", "watch"], why: "causes of failures" },
  { group: "", resource: "pods/log", verbs: ["get"], why: "causes of failures, and fairway logs" },
  { group: "", resource: "nodes", verbs: ["list"], why: "how many there are, and how large" },
];
