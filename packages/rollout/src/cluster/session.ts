import { describeRef, type KubernetesObject, type ObjectRef, refOf } from "@fairway/objects";
import type { Clock, Cluster } from "../ports.ts";
import { deleteObjects } from "./delete-objects.ts";
import { openInventory } from "./fenced-inventory.ts";
import {
  forDeletion,
  type InventoryIdentity,
  inventoryRef,
  namespaceRef,
  obsolete,
  withIntent,
  without,
  withUids,
} from "./inventory.ts";
import { ForeignObject, isAdopted, isOurs, withoutMarks } from "./ownership.ts";
import type { Tenure } from "./tenure.ts";
import { type ApplyManner, writeObjects } from "./write-objects.ts";

/** Writes of one engine for one service in one cluster. Every method may be repeated; all throw `LeaseLost` when another engine took over. */
export interface Session {
  /** What was written, or tried, last: `Deployment/user-a`. */
  readonly last: () => string;
  /**
   * Applies in order, with the intent in the inventory before and the uids after. A workload whose replicas pass to an
   * autoscaler, or come back from one, never has fewer for it. Resolves with what is stored, Secrets without their content.
   */
  apply(
    objects: readonly KubernetesObject[],
    signal: AbortSignal,
    how?: ApplyManner,
  ): Promise<readonly KubernetesObject[]>;
  /**
   * Deletes what the inventory has and `keep` (keys of `refKey`) has not, and shrinks the inventory when it is gone.
   *
   * @param only Of these kinds; all without it.
   */
  prune(keep: ReadonlySet<string>, signal: AbortSignal, only?: ReadonlySet<string>): Promise<void>;
  /**
   * Deletes everything of the service, the namespace last, and waits until it is gone. A namespace that was there before the
   * service stays, with what is not of the service.
   */
  remove(signal: AbortSignal): Promise<void>;
  /** Makes every write that was decided before, and may still be under way, fail. */
  fence(mark: string, signal: AbortSignal): Promise<void>;
  /** Says in the inventory that nothing of this engine is under way any more. */
  settle(signal: AbortSignal): Promise<void>;
}

export function openSession(options: {
  readonly cluster: Cluster;
  readonly identity: InventoryIdentity;
  readonly tenure: Tenure;
  readonly clock: Clock;
  /** Kinds of which a former engine may have left something. */
  readonly kinds: readonly { readonly apiVersion: string; readonly kind: string }[];
  /** How long a deletion may take, in milliseconds. */
  readonly deletion: number;
  readonly log: (message: string) => void;
  /** What carries our labels and is not listed goes with the next prune. */
  readonly repairs?: boolean;
  /** Under which the same rollout has written there before; 0: it has not. */
  readonly epoch?: number;
}): Session {
  const { cluster, identity, tenure, clock, kinds, deletion, log, repairs = false, epoch = 0 } = options;
  let last = `Namespace/${identity.namespace}`;
  const touch = (ref: ObjectRef): void => {
    last = describeRef(ref);
  };
  const inventory = openInventory({ cluster, identity, tenure, clock, log, kinds, repairs, epoch });
  const write = writeObjects({ cluster, identity, tenure, inventory, log, touch });
  const remove = deleteObjects({ cluster, identity, tenure, clock, inventory, deletion, log, touch });

  const leaveNamespace = (signal: AbortSignal): Promise<void> =>
    inventory.persist(signal, async () => {
      touch(namespaceRef(identity));
      const space = await inventory.namespace(signal);
      if (space === undefined) return;
      await tenure.prove();
      await cluster.replace(withoutMarks(space), signal);
    });

  return {
    last: () => last,

    async apply(objects, signal, { fields = "refuse", hold = new Set<string>(), beside } = {}) {
      const how = { fields, hold, among: objects, ...(beside === undefined ? {} : { beside }) };
      const isNamespace = ({ kind }: KubernetesObject): boolean => kind === "Namespace";
      // The inventory lies in the namespace, so the namespace comes before its own entry.
      const spaces = await write(objects.filter(isNamespace), how, signal);
      const space = spaces[0] ?? (await cluster.get(namespaceRef(identity), signal));
      if (space !== undefined && !isOurs(space, identity)) throw new ForeignObject(space);
      await inventory.update((one) => withIntent(one, objects.map(refOf)), signal);
      const inside = await write(
        objects.filter((one) => !isNamespace(one)),
        how,
        signal,
      );
      const stored = [...spaces, ...inside];
      await inventory.update((one) => withUids(one, stored), signal);
      return stored;
    },

    async prune(keep, signal, only) {
      if (only !== undefined && inventory.lacks(only)) return;
      if ((await inventory.namespace(signal)) === undefined) return;
      const listed = await inventory.update((one) => one, signal);
      const late = await inventory.unlisted(listed, signal);
      const complete = withIntent(listed, late.map(refOf));
      const gone = obsolete(complete, keep).filter(({ kind }) => only?.has(kind) ?? true);
      for (const entry of gone) await remove(entry, signal);
      if (gone.length > 0) await inventory.update((one) => without(one, gone), signal);
    },

    async remove(signal) {
      const space = await inventory.namespace(signal);
      if (space === undefined) return;
      const { uid } = space.metadata;
      const stays = isAdopted(space);
      if (space.metadata.deletionTimestamp === undefined) {
        const listed = await inventory.update((one) => one, signal);
        // Secrets go with the namespace, where that goes.
        const inside = listed.entries.filter(({ kind }) => kind !== "Namespace" && (stays || kind !== "Secret"));
        for (const entry of forDeletion(inside)) await remove(entry, signal);
      }
      if (stays) {
        await remove(inventoryRef(identity), signal);
        await leaveNamespace(signal);
      } else await remove({ ...namespaceRef(identity), ...(uid === undefined ? {} : { uid }) }, signal);
      inventory.forget();
    },

    fence: inventory.fence,
    settle: inventory.settle,
  };
}
