import { describeRef, type ObjectRef } from "@fairway/objects";
import { type Clock, type Cluster, ClusterError } from "../ports.ts";
import { type FencedInventory, isConflict } from "./fenced-inventory.ts";
import type { InventoryEntry, InventoryIdentity } from "./inventory.ts";
import { isOurs } from "./ownership.ts";
import type { Tenure } from "./tenure.ts";

const deletionPause = 250;

/** Deletes one object of ours and waits until it is gone; one that is not the one we made is left alone. */
export function deleteObjects(of: {
  readonly cluster: Cluster;
  readonly identity: InventoryIdentity;
  readonly tenure: Tenure;
  readonly clock: Clock;
  readonly inventory: Pick<FencedInventory, "persist">;
  /** How long a deletion may take, in milliseconds. */
  readonly deletion: number;
  readonly log: (message: string) => void;
  /** Told of each object before it is deleted. */
  readonly touch: (ref: ObjectRef) => void;
}): (entry: InventoryEntry, signal: AbortSignal) => Promise<void> {
  const { cluster, identity, tenure, clock, log, touch } = of;
  const { persist } = of.inventory;
  const leaveAlone = (entry: InventoryEntry): void =>
    log(
      `${cluster.name}: ${describeRef(entry)} is left alone: it is not the one that was made for ${identity.service}`,
    );

  /** By its uid, where that is known, and unseen. */
  const deleteSecret = async (entry: InventoryEntry, signal: AbortSignal): Promise<void> => {
    touch(entry);
    await tenure.prove();
    try {
      await cluster.delete(entry, entry.uid === undefined ? {} : { uid: entry.uid }, signal);
    } catch (error) {
      if (!isConflict(error)) throw error;
      leaveAlone(entry);
    }
  };

  const deleteOne = async (entry: InventoryEntry, signal: AbortSignal): Promise<void> => {
    const end = clock.now() + of.deletion;
    touch(entry);
    // Most objects have gone when their deletion is answered, and are looked for at once.
    for (let pause = 0; ; pause = deletionPause) {
      const state = await persist(signal, async (): Promise<"gone" | "asked" | "going"> => {
        const live = await cluster.get(entry, signal);
        if (live === undefined) return "gone";
        const { uid, resourceVersion, deletionTimestamp } = live.metadata;
        if (!isOurs(live, identity) || (entry.uid !== undefined && entry.uid !== uid)) {
          leaveAlone(entry);
          return "gone";
        }
        if (deletionTimestamp !== undefined || uid === undefined) return "going";
        await tenure.prove();
        // A namespace's version changes while it is emptied; its uid is enough, a new one has another.
        const versioned = entry.kind === "Namespace" || resourceVersion === undefined ? {} : { resourceVersion };
        await cluster.delete(entry, { uid, ...versioned }, signal);
        return "asked";
      });
      if (state === "gone") return;
      if (clock.now() >= end) {
        throw new ClusterError("conflict", cluster.name, `${describeRef(entry)} is still being deleted`);
      }
      if (pause > 0 || state === "going") await clock.sleep(deletionPause, signal);
    }
  };

  return (entry, signal) => (entry.kind === "Secret" ? deleteSecret : deleteOne)(entry, signal);
}
