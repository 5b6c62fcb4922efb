import assert from "node:assert/strict";
import { managedByLabel, manager, releaseLabel } from "@fairway/manifests";
import { isDeployment, isPod, isReady, isService, type KubernetesObject, keyOf, refKey } from "@fairway/objects";
import { inventoryName, parseInventory } from "../cluster/inventory.ts";

/**
 * What must hold in a cluster where nothing is under way: this release of a service and no other, the inventory equal to what
 * lives, no orphan, the Service leading to the release's pods. Throws what does not.
 *
 * @param objects all that is stored in the service's namespace, and the Namespaces
 * @param of.namespace has this one service
 * @param of.release as its pods are labelled; undefined: nothing of the service, the namespace included
 */
export function checkAtRest(
  cluster: string,
  objects: readonly KubernetesObject[],
  of: { readonly namespace: string; readonly release: string | undefined },
): void {
  const { namespace, release } = of;
  const space = objects.find((one) => one.kind === "Namespace" && one.metadata.name === namespace);
  const inside = objects.filter((one) => one.metadata.namespace === namespace);
  if (release === undefined) {
    assert.equal(space, undefined, `${cluster}: no namespace`);
    assert.deepEqual(inside, [], `${cluster}: nothing is left`);
    return;
  }
  assert.ok(space, `${cluster}: the namespace is there`);
  const stored = inside.find((one) => one.metadata.name === inventoryName);
  const inventory = stored === undefined ? undefined : parseInventory(stored);
  assert.ok(inventory, `${cluster}: an inventory`);
  assert.ok(inventory.settled, `${cluster}: nothing is under way`);
  const own = [space, ...inside].filter(
    (one) =>
      one.metadata.labels?.[managedByLabel] === manager &&
      one.metadata.ownerReferences === undefined &&
      one.metadata.name !== inventoryName,
  );
  const listed = inventory.entries.map((entry) => `${refKey(entry)}=${entry.uid}`);
  assert.deepEqual(
    listed.toSorted(),
    own.map((one) => `${keyOf(one)}=${one.metadata.uid}`).toSorted(),
    `${cluster}: inventory equals live`,
  );
  const workloads = inside.filter(isDeployment);
  assert.deepEqual(
    workloads.map((one) => one.spec?.template.metadata?.labels?.[releaseLabel]),
    [release],
    `${cluster}: the release`,
  );
  assert.ok(serving(inside) >= (workloads[0]?.spec?.replicas ?? 1), `${cluster}: pods that serve`);
}

/** Ready pods to which the selector of the namespace's first Service leads. */
export function serving(objects: readonly KubernetesObject[]): number {
  const selector = Object.entries(objects.find(isService)?.spec?.selector ?? { none: "" });
  return objects
    .filter(isPod)
    .filter((pod) => selector.every(([key, value]) => pod.metadata.labels?.[key] === value))
    .filter(isReady).length;
}
