import { type Right, rights } from "./rights.ts";

/** Where the account of `accountYaml` is, and what the Secret with its token is called. */
export const account = { namespace: "fairway-system", name: "fairway", token: "fairway-token" };

/** The ClusterRole that grants what Fairway needs in a cluster that it did not start, as YAML with its reasons. */
export function clusterRoleYaml(): string {
  return `# What Fairway needs in a cluster, and nothing else. When something is missing, Fairway says what.
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ${account.name}
rules:
${rights.map(rule).join("\n")}
`;
}

/** All that the owner of a cluster applies to let Fairway in: the role, an account that has it, and a token for the account. */
export function accountYaml(): string {
  const { namespace, name, token } = account;
  return `${clusterRoleYaml()}---
apiVersion: v1
kind: Namespace
metadata:
  name: ${namespace}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
  namespace: ${namespace}
automountServiceAccountToken: false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ${name}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: ${name}
subjects:
  - kind: ServiceAccount
    name: ${name}
    namespace: ${namespace}
---
# A token without an end; delete this Secret to revoke it. \`kubectl create token\` makes one that ends by itself.
apiVersion: v1
kind: Secret
metadata:
  name: ${token}
  namespace: ${namespace}
  annotations:
    kubernetes.io/service-account.name: ${name}
type: kubernetes.io/service-account-token
`;
}

function rule({ group, resource, verbs, name, why }: Right): string {
  const lines = [
    `  # ${why}`,
    `  - apiGroups: ${list([group])}`,
    `    resources: ${list([resource])}`,
    ...(name === undefined ? [] : [`    resourceNames: ${list([name])}`]),
    `    verbs: ${list(verbs)}`,
  ];
  return lines.join("\n");
}

function list(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;
}
