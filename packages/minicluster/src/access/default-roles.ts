import type { ObjectsApi } from "../objects-api.ts";

// Source: k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy, as far as the minicluster serves the resources.

const group = "rbac.authorization.k8s.io";
const read = ["get", "list", "watch"];
const write = ["create", "delete", "deletecollection", "patch", "update"];
const everything = [...read, ...write];

const rule = (apiGroup: string, resources: readonly string[], verbs: readonly string[]) => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
});

const viewed = [
  rule(
    "",
    [
      ...["configmaps", "pods", "serviceaccounts", "services", "services/status", "limitranges", "resourcequotas"],
      ...["pods/status", "pods/log", "resourcequotas/status", "namespaces/status", "namespaces", "events"],
    ],
    read,
  ),
  rule("discovery.k8s.io", ["endpointslices"], read),
  rule(
    "apps",
    ["deployments", "replicasets"].flatMap((name) => [name, `${name}/status`, `${name}/scale`]),
    read,
  ),
  rule("batch", ["jobs", "cronjobs", "cronjobs/status", "jobs/status"], read),
  rule("autoscaling", ["horizontalpodautoscalers", "horizontalpodautoscalers/status"], read),
  rule("policy", ["poddisruptionbudgets", "poddisruptionbudgets/status"], read),
  rule("networking.k8s.io", ["ingresses", "ingresses/status", "networkpolicies"], read),
];
const edited = [
  rule("", ["secrets"], read),
  rule("", ["pods", "serviceaccounts", "services", "configmaps", "secrets", "events"], write),
  rule("", ["pods/eviction", "serviceaccounts/token"], ["create"]),
  rule("apps", ["deployments", "deployments/scale", "replicasets", "replicasets/scale"], write),
  rule("batch", ["jobs", "cronjobs"], write),
  rule("autoscaling", ["horizontalpodautoscalers"], write),
  rule("policy", ["poddisruptionbudgets"], write),
  rule("networking.k8s.io", ["ingresses", "networkpolicies"], write),
  rule("coordination.k8s.io", ["leases"], everything),
];
const administered = [rule(group, ["roles", "rolebindings"], everything)];
const urls = (nonResourceURLs: readonly string[], verb = "get") => ({ nonResourceURLs, verbs: [verb] });
const health = ["/healthz", "/livez", "/readyz", "/version", "/version/"];

const roles: Readonly<Record<string, readonly object[]>> = {
  "cluster-admin": [rule("*", ["*"], ["*"]), urls(["*"], "*")],
  admin: [...viewed, ...edited, ...administered],
  edit: [...viewed, ...edited],
  view: viewed,
  "system:discovery": [urls(["/api", "/api/*", "/apis", "/apis/*", ...health, "/openapi", "/openapi/*"])],
  "system:public-info-viewer": [urls(health)],
  "system:basic-user": [
    rule("authorization.k8s.io", ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], ["create"]),
    rule("authentication.k8s.io", ["selfsubjectreviews"], ["create"]),
  ],
};
const bindings: Readonly<Record<string, readonly string[]>> = {
  "cluster-admin": ["system:masters"],
  "system:discovery": ["system:authenticated"],
  "system:basic-user": ["system:authenticated"],
  "system:public-info-viewer": ["system:authenticated", "system:unauthenticated"],
};

/** Makes the roles and bindings that every cluster begins with, as far as they are missing. */
export function ensureDefaultRoles(objects: ObjectsApi): void {
  const metadata = (name: string) => ({
    name,
    labels: { "kubernetes.io/bootstrapping": "rbac-defaults" },
    annotations: { "rbac.authorization.kubernetes.io/autoupdate": "true" },
  });
  const apiVersion = `${group}/v1`;
  const options = { manager: "kube-apiserver" };
  for (const [name, rules] of Object.entries(roles)) {
    if (objects.get({ resource: "clusterroles", name }) !== undefined) continue;
    objects.create("clusterroles", { apiVersion, kind: "ClusterRole", metadata: metadata(name), rules }, options);
  }
  for (const [name, groups] of Object.entries(bindings)) {
    if (objects.get({ resource: "clusterrolebindings", name }) !== undefined) continue;
    const roleRef = { apiGroup: group, kind: "ClusterRole", name };
    const subjects = groups.map((one) => ({ apiGroup: group, kind: "Group", name: one }));
    const binding = { apiVersion, kind: "ClusterRoleBinding", metadata: metadata(name), roleRef, subjects };
    objects.create("clusterrolebindings", binding, options);
  }
}
