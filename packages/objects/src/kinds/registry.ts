/** A kind of object that Fairway knows. */
export interface KindInfo {
  readonly apiVersion: string;
  readonly kind: string;
  /** Plural resource name, the one in API paths. */
  readonly resource: string;
  readonly namespaced: boolean;
  /** Lower is applied earlier and deleted later: what others refer to comes first. */
  readonly applyOrder: number;
}

/** Every kind that Fairway renders, watches or serves; the order follows Helm's InstallOrder (helm `pkg/release/util/kind_sorter.go`). */
export const kindRegistry: readonly KindInfo[] = [
  { apiVersion: "v1", kind: "Namespace", resource: "namespaces", namespaced: false, applyOrder: 0 },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    resource: "networkpolicies",
    namespaced: true,
    applyOrder: 2,
  },
  { apiVersion: "v1", kind: "ResourceQuota", resource: "resourcequotas", namespaced: true, applyOrder: 3 },
  { apiVersion: "v1", kind: "LimitRange", resource: "limitranges", namespaced: true, applyOrder: 4 },
  { apiVersion: "v1", kind: "Node", resource: "nodes", namespaced: false, applyOrder: 5 },
  {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    resource: "poddisruptionbudgets",
    namespaced: true,
    applyOrder: 6,
  },
  // Before the ServiceAccount, unlike Helm: a pod may start as soon as its account names the pull secret.
  { apiVersion: "v1", kind: "Secret", resource: "secrets", namespaced: true, applyOrder: 8 },
  { apiVersion: "v1", kind: "ServiceAccount", resource: "serviceaccounts", namespaced: true, applyOrder: 10 },
  { apiVersion: "v1", kind: "ConfigMap", resource: "configmaps", namespaced: true, applyOrder: 20 },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", resource: "roles", namespaced: true, applyOrder: 24 },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    resource: "rolebindings",
    namespaced: true,
    applyOrder: 26,
  },
  { apiVersion: "v1", kind: "Service", resource: "services", namespaced: true, applyOrder: 30 },
  { apiVersion: "v1", kind: "Pod", resource: "pods", namespaced: true, applyOrder: 40 },
  { apiVersion: "apps/v1", kind: "ReplicaSet", resource: "replicasets", namespaced: true, applyOrder: 50 },
  { apiVersion: "apps/v1", kind: "Deployment", resource: "deployments", namespaced: true, applyOrder: 60 },
  {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    resource: "horizontalpodautoscalers",
    namespaced: true,
    applyOrder: 65,
  },
  { apiVersion: "batch/v1", kind: "Job", resource: "jobs", namespaced: true, applyOrder: 70 },
  { apiVersion: "batch/v1", kind: "CronJob", resource: "cronjobs", namespaced: true, applyOrder: 72 },
  { apiVersion: "networking.k8s.io/v1", kind: "Ingress", resource: "ingresses", namespaced: true, applyOrder: 76 },
  {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    resource: "httproutes",
    namespaced: true,
    applyOrder: 78,
  },
  {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    resource: "endpointslices",
    namespaced: true,
    applyOrder: 80,
  },
  { apiVersion: "coordination.k8s.io/v1", kind: "Lease", resource: "leases", namespaced: true, applyOrder: 90 },
  { apiVersion: "v1", kind: "Event", resource: "events", namespaced: true, applyOrder: 100 },
];

/** Kinds that are not registered are applied after all others. */
export const unknownApplyOrder = 1000;

const byKind = new Map(kindRegistry.map((info) => [`${info.apiVersion}/${info.kind}`, info]));
const byResource = new Map(kindRegistry.map((info) => [info.resource, info]));

/** The registered kind, or undefined. */
export function kindInfo(of: { readonly apiVersion: string; readonly kind: string }): KindInfo | undefined {
  return byKind.get(`${of.apiVersion}/${of.kind}`);
}

/** The registered kind with this plural resource name, for example `deployments`, or undefined. */
export function kindOfResource(resource: string): KindInfo | undefined {
  return byResource.get(resource);
}
