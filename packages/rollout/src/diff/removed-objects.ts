import { type KubernetesObject, keyOf, type ObjectRef, type Secret } from "@fairway/objects";
import { askFewAtOnce } from "../cluster/ask-few-at-once.ts";
import { type Inventory, type InventoryIdentity, obsolete } from "../cluster/inventory.ts";
import { isOurs } from "../cluster/ownership.ts";
import type { ClusterPlan } from "../plan/plan.ts";
import type { Cluster } from "../ports.ts";

/** An object that goes; of a Secret, which nobody reads, the name alone. */
export interface Removed {
  readonly ref: ObjectRef;
  readonly live: KubernetesObject | undefined;
}

/** What the last phase of a rollout would delete. */
export async function removedObjects(
  cluster: Cluster,
  inventory: Inventory,
  own: ClusterPlan,
  secrets: readonly Secret[],
  identity: InventoryIdentity,
  signal: AbortSignal,
): Promise<readonly Removed[]> {
  const keep = new Set([...own.keep, ...secrets.map((secret) => keyOf(secret))]);
  const gone = keep.size === 0 ? [] : obsolete(inventory, keep);
  const found = await askFewAtOnce(gone, async ({ uid, ...ref }): Promise<readonly Removed[]> => {
    if (ref.kind === "Secret") return [{ ref, live: undefined }];
    const live = await cluster.get(ref, signal);
    if (live === undefined || !isOurs(live, identity)) return [];
    return uid === undefined || uid === live.metadata.uid ? [{ ref, live }] : [];
  });
  return found.flat();
}
