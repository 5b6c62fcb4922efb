import { type KubernetesObject, type ObjectRef, refKey, refOf } from "@fairway/objects";
import { type Clock, type Cluster, ClusterError, LeaseLost } from "../ports.ts";
import {
  emptyInventory,
  formatInventory,
  type Inventory,
  type InventoryIdentity,
  inventoryRef,
  namespaceRef,
  parseInventory,
  withIntent,
  withUids,
} from "./inventory.ts";
import { InventoryAhead, isDerived, isOurs, ownLabels } from "./ownership.ts";
import type { Tenure } from "./tenure.ts";

/**
 * The inventory of a service in one cluster, as one engine keeps it: below a newer epoch nothing is written, and what a former
 * engine has left under way fails or is found. All throw `LeaseLost` when another engine took over.
 */
export interface FencedInventory {
  /**
   * Changes it by compare-and-swap; resolves with what is stored then. What this session has seen or written last is taken for
   * what is there, since a write that was decided on anything else fails.
   */
  update(change: (inventory: Inventory) => Inventory, signal: AbortSignal): Promise<Inventory>;
  /** Whether it is known to list nothing of these kinds, and to be whole. */
  lacks(kinds: ReadonlySet<string>): boolean;
  /** Live objects that an engine may have made without saying so; none where no other one was at work. */
  unlisted(inventory: Inventory, signal: AbortSignal): Promise<readonly KubernetesObject[]>;
  /** The namespace, if it is there and ours. */
  namespace(signal: AbortSignal): Promise<KubernetesObject | undefined>;
  /** Repeats a write on conflicts, as long as no newer engine caused them. */
  persist<T>(signal: AbortSignal, write: () => Promise<T>): Promise<T>;
  /** A create carries no version that could be fenced: if the lease went meanwhile, what came too late is taken back. */
  creating(ref: ObjectRef, create: () => Promise<KubernetesObject>): Promise<KubernetesObject>;
  /** Makes every write that was decided before, and may still be under way, fail. */
  fence(mark: string, signal: AbortSignal): Promise<void>;
  /** Says that nothing of this engine is under way any more. */
  settle(signal: AbortSignal): Promise<void>;
  /** It went with its namespace. */
  forget(): void;
}

interface StoredInventory {
  readonly inventory: Inventory;
  /** The object's resourceVersion. */
  readonly version: string;
}

const epochAnnotation = "fairway.dev/epoch";
/** Controllers write status all the time, so a version may be old several times in a row. */
const attempts = 10;
const retryPause = 100;

export function openInventory(options: {
  readonly cluster: Cluster;
  readonly identity: InventoryIdentity;
  readonly tenure: Tenure;
  readonly clock: Clock;
  /** Kinds of which a former engine may have left something. */
  readonly kinds: readonly { readonly apiVersion: string; readonly kind: string }[];
  readonly log: (message: string) => void;
  /** What carries our labels and is not listed counts as left by another engine. */
  readonly repairs?: boolean;
  /** Under which the same rollout has written there before; 0: it has not. */
  readonly epoch: number;
}): FencedInventory {
  const { cluster, identity, tenure, clock, log } = options;
  /** `back`: the cluster was put back to an earlier state; nothing rests on what this session did before the next fence. */
  let stage: "unopened" | "open" | "back" = "unopened";
  /** Below it an inventory is older than what was written, until this session has written there itself. */
  let floor = options.epoch;
  /**
   * Whether another engine was at work when we came, and its objects have a new version each: its late writes are looked for
   * again at the end. As is anything in a repair.
   */
  let others: "none" | "unstamped" | "stamped" = options.repairs === true ? "stamped" : "none";
  /** As this session has seen or written it last. */
  let known: StoredInventory | undefined;

  const readInventory = async (signal: AbortSignal): Promise<StoredInventory | undefined> => {
    const object = await cluster.get(inventoryRef(identity), signal);
    if (object === undefined) return undefined;
    const version = object.metadata.resourceVersion ?? "";
    const inventory = parseInventory(object);
    if (inventory === undefined)
      log(`${cluster.name}: the inventory of ${identity.service} is not readable, it is made anew`);
    // Unreadable counts as unsettled: what belongs to it is found by label.
    return { inventory: inventory ?? { ...emptyInventory, settled: false }, version };
  };

  const refuseNewer = async (found: Inventory): Promise<void> => {
    if (found.epoch <= tenure.epoch) return;
    await tenure.confirm();
    throw new InventoryAhead(found.epoch, tenure.epoch);
  };

  /** Changes the inventory by compare-and-swap; opens it first when this session has not yet. */
  const update = async (change: (inventory: Inventory) => Inventory, signal: AbortSignal): Promise<Inventory> => {
    const wanted = await persist(signal, async () => {
      await tenure.prove();
      const found = known ?? (await readInventory(signal));
      const base = found?.inventory ?? emptyInventory;
      await refuseNewer(base);
      // Only a store that was put back to a backup can be older than what was written.
      const isBack = found !== undefined && base.epoch < (stage === "unopened" ? floor : tenure.epoch);
      const unsettled = base.epoch < tenure.epoch && (isBack || (stage === "unopened" && !base.settled));
      if (isBack) stage = "back";
      const swept = found === undefined || unsettled ? await sweep(base, signal) : [];
      const opening = withUids(withIntent(base, swept.map(refOf)), swept);
      const after = change({ ...opening, epoch: tenure.epoch, settled: false });
      known = await store(found, after, signal);
      if (found !== undefined && unsettled) others = "unstamped";
      return after;
    });
    if (others === "unstamped") {
      await stamp(wanted, String(tenure.epoch), signal);
      others = "stamped";
    }
    if (stage === "unopened") stage = "open";
    // What was done before is not there any more, so what comes next must not rest on it.
    if (stage === "back")
      throw new ClusterError("unknown", cluster.name, "the cluster was put back to an earlier state");
    return wanted;
  };

  const store = async (
    found: StoredInventory | undefined,
    after: Inventory,
    signal: AbortSignal,
  ): Promise<StoredInventory> => {
    if (found !== undefined && same(found.inventory, after)) return found;
    const stored =
      found === undefined
        ? await creating(inventoryRef(identity), () => cluster.create(formatInventory(after, identity), signal))
        : await cluster.replace(formatInventory(after, identity, found.version), signal).catch(goneMeanwhile);
    return { inventory: after, version: stored.metadata.resourceVersion ?? "" };
  };

  /** Another state than the one that was decided on. */
  const goneMeanwhile = (error: unknown): never => {
    if (!(error instanceof ClusterError) || error.code !== "not-found") throw error;
    throw new ClusterError("conflict", cluster.name, error.message, { cause: error });
  };

  /** Live objects with our labels that nobody owns: what an engine may have made without saying so. */
  const sweep = async (inventory: Inventory, signal: AbortSignal): Promise<readonly KubernetesObject[]> => {
    const kinds = new Map(
      [...options.kinds, ...inventory.entries].map(({ apiVersion, kind }) => [
        `${apiVersion}/${kind}`,
        { apiVersion, kind },
      ]),
    );
    kinds.delete("v1/Namespace");
    // Never read; the next apply or the namespace's end takes care of one that is not listed.
    kinds.delete("v1/Secret");
    const found: KubernetesObject[] = [];
    for (const kind of kinds.values()) {
      const list = await cluster.list({ ...kind, namespace: identity.namespace, labels: ownLabels(identity) }, signal);
      found.push(...list.filter((object) => !isDerived(object)));
    }
    return found;
  };

  /** A new version for each object, so that writes decided on the former one conflict. */
  const stamp = async (inventory: Inventory, mark: string, signal: AbortSignal): Promise<void> => {
    for (const entry of inventory.entries.filter((one) => one.kind !== "Secret")) {
      await persist(signal, async () => {
        const live = await cluster.get(entry, signal);
        if (live === undefined || !isOurs(live, identity)) return;
        if (live.metadata.annotations?.[epochAnnotation] === mark) return;
        const annotations = { ...live.metadata.annotations, [epochAnnotation]: mark };
        await tenure.prove();
        await cluster.replace({ ...live, metadata: { ...live.metadata, annotations } }, signal);
      });
    }
  };

  const persist = async <T>(signal: AbortSignal, write: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await write();
      } catch (error) {
        if (!isConflict(error) || attempt >= attempts) throw error;
        known = await readInventory(signal);
        if (known !== undefined) await refuseNewer(known.inventory);
        await clock.sleep(retryPause * attempt, signal);
      }
    }
  };

  const creating = async (ref: ObjectRef, create: () => Promise<KubernetesObject>): Promise<KubernetesObject> => {
    let created: KubernetesObject | undefined;
    try {
      created = await create();
      await tenure.prove();
      return created;
    } catch (error) {
      if (error instanceof LeaseLost || tenure.lost()) await takeBack(ref, created).catch(() => undefined);
      throw error;
    }
  };

  /** Only what the new owner has not made its own. Without a signal: ours has ended, the adapter's deadline holds. */
  const takeBack = async (ref: ObjectRef, created: KubernetesObject | undefined): Promise<void> => {
    const live = await cluster.get(ref);
    const { uid, resourceVersion } = live?.metadata ?? {};
    if (live === undefined || uid === undefined || resourceVersion === undefined || !isOurs(live, identity)) return;
    // Without an answer it is not known who made a namespace; an empty one does less harm than a lost one.
    if (created === undefined ? ref.kind === "Namespace" : created.metadata.uid !== uid) return;
    const stored = await cluster.get(inventoryRef(identity));
    const inventory = stored === undefined ? undefined : parseInventory(stored);
    const adopted =
      refKey(ref) === refKey(inventoryRef(identity))
        ? inventory?.epoch !== tenure.epoch
        : inventory?.entries.some((entry) => refKey(entry) === refKey(ref) && (entry.uid ?? uid) === uid);
    // Where the answer is known, any touch since then makes it somebody else's.
    const version = created?.metadata.resourceVersion ?? resourceVersion;
    if (!adopted) await cluster.delete(ref, { uid, resourceVersion: version });
  };

  const namespace = async (signal: AbortSignal): Promise<KubernetesObject | undefined> => {
    const live = await cluster.get(namespaceRef(identity), signal);
    return live !== undefined && isOurs(live, identity) ? live : undefined;
  };

  const forget = (): void => {
    stage = "unopened";
    known = undefined;
  };

  return {
    update,
    namespace,
    persist,
    creating,

    lacks: (kinds) =>
      known !== undefined && others === "none" && !known.inventory.entries.some(({ kind }) => kinds.has(kind)),

    async unlisted(inventory, signal) {
      return others === "none" ? [] : sweep(inventory, signal);
    },

    async fence(mark, signal) {
      // What follows sets everything again.
      if (stage === "back") stage = "unopened";
      floor = 0;
      known = undefined;
      if ((await namespace(signal)) === undefined) return;
      if ((await cluster.get(inventoryRef(identity), signal)) === undefined) return;
      const inventory = await update((one) => one, signal);
      await stamp(inventory, `${tenure.epoch}-${mark}`, signal);
    },

    async settle(signal) {
      if (stage === "unopened") return;
      const space = await namespace(signal);
      if (space === undefined || space.metadata.deletionTimestamp !== undefined) return;
      await update((inventory) => ({ ...inventory, settled: true }), signal);
      forget();
    },

    forget,
  };
}

function same(a: Inventory, b: Inventory): boolean {
  const text = (one: Inventory): string => JSON.stringify([one.epoch, one.settled, one.entries]);
  return text(a) === text(b);
}

export function isConflict(error: unknown): boolean {
  return error instanceof ClusterError && error.code === "conflict";
}
