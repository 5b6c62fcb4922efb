import { reservedNamespace } from "@fairway/manifests";
import type { KubernetesObject } from "@fairway/objects";
import type { PrepareFinding } from "../state/rollout-event.ts";
import type { InventoryIdentity } from "./inventory.ts";
import { isOurs } from "./ownership.ts";

/** Why the service may not live in its namespace. @param space the namespace as it is; undefined: it does not exist */
export function namespaceFinding(
  cluster: string,
  space: KubernetesObject | undefined,
  identity: InventoryIdentity,
): PrepareFinding | undefined {
  const { namespace } = identity;
  if (reservedNamespace(namespace)) {
    return {
      cluster,
      code: "NamespaceReserved",
      message: `the namespace ${namespace} belongs to the cluster`,
      advice: "choose another service name",
    };
  }
  if (space === undefined || isOurs(space, identity)) return undefined;
  return {
    cluster,
    code: "NamespaceForeign",
    message: `the namespace ${namespace} exists and does not belong to this service`,
    advice: "choose another service name, or let its owner delete it",
  };
}

/** Rights that a cluster does not give us, told together. @param permissions `create ingresses`; at least one */
export function permissionFinding(cluster: string, permissions: readonly string[]): PrepareFinding {
  return {
    cluster,
    code: "PermissionMissing",
    message: `cluster ${cluster} does not let us ${permissions.join(", ")}`,
    advice: "the cluster's owner must grant what the account needs: fairway cluster account | kubectl apply -f -",
  };
}
