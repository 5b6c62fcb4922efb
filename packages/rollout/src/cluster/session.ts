import {
  describeRef,
  isDeployment,
  isSecret,
  type KubernetesObject,
  type ObjectRef,
  refKey,
  refOf,
} from "@fairway/objects";
import { type ApplyOptions, type Clock, type Cluster, ClusterError, LeaseLost, type Slot } from "../ports.ts";
import { additions, withoutAdditions } from "./field-owners.ts";
import {
  emptyInventory,
  forDeletion,
  formatInventory,
  type Inventory,
  type InventoryEntry,
  type InventoryIdentity,
  inventoryName,
  inventoryRef,
  obsolete,
  parseInventory,
  withIntent,
  without,
  withUids,
} from "./inventory.ts";
import { isKept, yielding } from "./kept-fields.ts";
import { ForeignObject, InventoryAhead, isOurs, ownLabels } from "./ownership.ts";
import {
  mayTakeReplicas,
  notFewer,
  replicasAtStake,
  replicasManager,
  replicasOnly,
  startingReplicas,
  withReplicas,
} from "./replicas.ts";

/** The right to write, as one engine holds it. */
export interface Tenure {
  readonly epoch: number;
  /** Throws `LeaseLost` when the lease is gone; asks the journal only when that is in doubt. */
  prove(): Promise<void>;
  /** As `prove`, but always asks. */
  confirm(): Promise<void>;
  /** Whether the lease is known to be gone. */
  lost(): boolean;
}

export interface ApplyManner {
  /**
   * `take`: fields that somebody else has set meanwhile are set again; `repair`: and what others have added is taken away;
   * otherwise they are refused.
   */
  readonly fields?: "refuse" | "take" | "repair";
  /** Keys of workloads that are given no fewer replicas than they have now. */
  readonly hold?: ReadonlySet<string>;
  /**
   * The slot of which workloads with an autoscaler take over this share of the load, 0 to 1: they get no fewer replicas than
   * that share of what runs there, within their own bounds.
   */
  readonly beside?: { readonly slot: Slot; readonly share: number };
}

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
  /** Deletes everything of the service, the namespace last, and waits until it is gone. */
  remove(signal: AbortSignal): Promise<void>;
  /** Makes every write that was decided before, and may still be under way, fail. */
  fence(mark: string, signal: AbortSignal): Promise<void>;
  /** Says in the inventory that nothing of this engine is under way any more. */
  settle(signal: AbortSignal): Promise<void>;
}

interface Applying extends Required<Omit<ApplyManner, "beside">>, Pick<ApplyManner, "beside"> {
  /** All that is applied together. */
  readonly among: readonly KubernetesObject[];
}

const epochAnnotation = "fairway.dev/epoch";
/** Controllers write status all the time, so a version may be old several times in a row. */
const attempts = 10;
const retryPause = 100;
const deletionPause = 250;

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
}): Session {
  const { cluster, identity, tenure, clock, log } = options;
  const namespaceRef: ObjectRef = { apiVersion: "v1", kind: "Namespace", name: identity.namespace };
  let opened = false;
  let wentBack = false;
  /** Another engine was at work when we came: its late writes are looked for again at the end. As is anything in a repair. */
  let tookOver = options.repairs ?? false;
  let stampDue = false;
  let last = `Namespace/${identity.namespace}`;

  const readInventory = async (
    signal: AbortSignal,
  ): Promise<{ readonly inventory: Inventory; readonly version: string } | undefined> => {
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
      const found = await readInventory(signal);
      const base = found?.inventory ?? emptyInventory;
      await refuseNewer(base);
      // Only a store that was put back to a backup can be older than what this session has written.
      const isBack = found !== undefined && opened && base.epoch < tenure.epoch;
      wentBack ||= isBack;
      const unsettled = base.epoch < tenure.epoch && (isBack || (!opened && !base.settled));
      const swept = found === undefined || unsettled ? await sweep(base, signal) : [];
      const opening = withUids(withIntent(base, swept.map(refOf)), swept);
      const after = change({ ...opening, epoch: tenure.epoch, settled: false });
      if (found === undefined) {
        await creating(inventoryRef(identity), () => cluster.create(formatInventory(after, identity), signal));
      } else if (!same(base, after)) {
        await cluster.replace(formatInventory(after, identity, found.version), signal);
      }
      if (found !== undefined && unsettled) {
        tookOver = true;
        stampDue = true;
      }
      return after;
    });
    if (stampDue) await stamp(wanted, String(tenure.epoch), signal);
    stampDue = false;
    opened = true;
    // What was done before is not there any more, so what comes next must not rest on it.
    if (wentBack) throw new ClusterError("unknown", cluster.name, "the cluster was put back to an earlier state");
    return wanted;
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

  /** Repeats on conflicts, as long as no newer engine caused them. */
  const persist = async <T>(signal: AbortSignal, write: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await write();
      } catch (error) {
        if (!isConflict(error) || attempt >= attempts) throw error;
        const found = await readInventory(signal);
        if (found !== undefined) await refuseNewer(found.inventory);
        await clock.sleep(retryPause * attempt, signal);
      }
    }
  };

  /** A create carries no version that could be fenced: if the lease went meanwhile, what came too late is taken back. */
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

  /** Applies; where `take`, also what somebody else has set meanwhile. */
  const applyTaking = async (
    object: KubernetesObject,
    held: ApplyOptions,
    { fields, among }: Pick<Applying, "fields" | "among">,
    signal: AbortSignal,
  ): Promise<KubernetesObject> => {
    try {
      return await cluster.apply(object, held, signal);
    } catch (error) {
      if (!(error instanceof ClusterError) || error.code !== "field-conflict") throw error;
      const keep = new Set(among.map(keyOf));
      if (fields !== "refuse") {
        const taken = error.fields.map(({ field, manager }) => `${field} of ${manager ?? "somebody else"}`);
        log(`${cluster.name}: ${last} of ${identity.service} is set again: ${taken.join(", ")}`);
      } else if (!(await mayTakeReplicas(cluster, object, error, { identity, keep }, signal))) throw error;
      return cluster.apply(object, { ...held, force: true }, signal);
    }
  };

  const applyOne = (object: KubernetesObject, how: Applying, signal: AbortSignal): Promise<KubernetesObject> =>
    persist(signal, async () => {
      last = describeRef(refOf(object));
      const live = await cluster.get(refOf(object), signal);
      if (live !== undefined && !isOurs(live, identity)) throw new ForeignObject(live);
      await tenure.prove();
      const held = how.hold.has(keyOf(object)) ? notFewer(object, live) : object;
      const wanted = yielding(held, live);
      const start = startingReplicas(object, how.among, await replicasBeside(object, how.beside, signal));
      if (live !== undefined) {
        const enough = how.beside === undefined ? live : await raised(live, start, signal);
        const stored = await applyTaking(wanted, await letGo(wanted, enough, signal), how, signal);
        return how.fields === "repair" ? takeAway(object, stored, signal) : stored;
      }
      const first = start === undefined ? object : withReplicas(object, start);
      const created = await creating(refOf(object), () => applyTaking(first, {}, how, signal));
      return start === undefined ? created : applyTaking(object, await letGo(object, created, signal), how, signal);
    });

  /** What others have added to it goes, but for what is left to them. */
  const takeAway = async (
    object: KubernetesObject,
    stored: KubernetesObject,
    signal: AbortSignal,
  ): Promise<KubernetesObject> => {
    const added = additions(stored).filter(({ path }) => !isKept(object, path));
    if (added.length === 0) return stored;
    const told = added.map(({ path, manager }) => `${path} of ${manager}`);
    log(`${cluster.name}: ${last} of ${identity.service} loses what was added: ${told.join(", ")}`);
    return cluster.replace(withoutAdditions(stored, added), signal);
  };

  /** How many replicas the load in another slot asks of a workload; 0: nothing is taken over. */
  const replicasBeside = async (
    object: KubernetesObject,
    beside: Applying["beside"],
    signal: AbortSignal,
  ): Promise<number> => {
    if (beside === undefined || !isDeployment(object)) return 0;
    const name = object.metadata.name.replace(/-[ab]$/, `-${beside.slot}`);
    const live = await cluster.get({ ...refOf(object), name }, signal);
    return live !== undefined && isDeployment(live) ? Math.ceil((live.spec?.replicas ?? 1) * beside.share) : 0;
  };

  /** With at least as many replicas; an autoscaler takes it from there. */
  const raised = async (
    live: KubernetesObject,
    least: number | undefined,
    signal: AbortSignal,
  ): Promise<KubernetesObject> => {
    if (least === undefined || !isDeployment(live) || (live.spec?.replicas ?? 1) >= least) return live;
    const held = { ...versionOf(live), manager: replicasManager, force: true };
    return cluster.apply(replicasOnly(live, least), held, signal);
  };

  /** Lets the second manager have replicas that we are about to say nothing of any more; gives what the write is decided on. */
  const letGo = async (
    object: KubernetesObject,
    live: KubernetesObject,
    signal: AbortSignal,
  ): Promise<Pick<ApplyOptions, "uid" | "resourceVersion">> => {
    const replicas = replicasAtStake(object, live);
    if (replicas === undefined) return versionOf(live);
    const held = { ...versionOf(live), manager: replicasManager };
    return versionOf(await cluster.apply(replicasOnly(live, replicas), held, signal));
  };

  /**
   * Without a look at what is there: whoever may deploy need not be able to read credentials. What somebody else has set
   * is set again, since nobody who deploys could mend it. A write that comes late brings older credentials at worst,
   * until the next one. Gives what is stored without its content.
   */
  const applySecret = (object: KubernetesObject, signal: AbortSignal): Promise<KubernetesObject> =>
    persist(signal, async () => {
      last = describeRef(refOf(object));
      await tenure.prove();
      const { apiVersion, kind, metadata } = await applyTaking(object, {}, { fields: "take", among: [] }, signal);
      return { apiVersion, kind, metadata };
    });

  /** By its uid, where that is known, and unseen. */
  const deleteSecret = async (entry: InventoryEntry, signal: AbortSignal): Promise<void> => {
    last = describeRef(entry);
    await tenure.prove();
    try {
      await cluster.delete(entry, entry.uid === undefined ? {} : { uid: entry.uid }, signal);
    } catch (error) {
      if (!isConflict(error)) throw error;
      log(`${cluster.name}: ${last} is left alone: it is not the one that was made for ${identity.service}`);
    }
  };

  /** Deletes one object of ours and waits until it is gone. */
  const deleteOne = async (entry: InventoryEntry, signal: AbortSignal): Promise<void> => {
    const end = clock.now() + options.deletion;
    last = describeRef(entry);
    for (;;) {
      const gone = await persist(signal, async () => {
        const live = await cluster.get(entry, signal);
        if (live === undefined) return true;
        const { uid, resourceVersion, deletionTimestamp } = live.metadata;
        if (!isOurs(live, identity) || (entry.uid !== undefined && entry.uid !== uid)) {
          log(
            `${cluster.name}: ${describeRef(entry)} is left alone: it is not the one that was made for ${identity.service}`,
          );
          return true;
        }
        if (deletionTimestamp !== undefined || uid === undefined) return false;
        await tenure.prove();
        // A namespace's version changes while it is emptied; its uid is enough, a new one has another.
        const versioned = entry.kind === "Namespace" || resourceVersion === undefined ? {} : { resourceVersion };
        await cluster.delete(entry, { uid, ...versioned }, signal);
        return false;
      });
      if (gone) return;
      if (clock.now() >= end) {
        throw new ClusterError("conflict", cluster.name, `${describeRef(entry)} is still being deleted`);
      }
      await clock.sleep(deletionPause, signal);
    }
  };

  const ownNamespace = async (signal: AbortSignal): Promise<KubernetesObject | undefined> => {
    const live = await cluster.get(namespaceRef, signal);
    return live !== undefined && isOurs(live, identity) ? live : undefined;
  };

  return {
    last: () => last,

    async apply(objects, signal, { fields = "refuse", hold = new Set<string>(), beside } = {}) {
      const how = { fields, hold, among: objects, ...(beside === undefined ? {} : { beside }) };
      const stored: KubernetesObject[] = [];
      // The inventory lies in the namespace, so the namespace comes before its own entry.
      for (const object of objects.filter((one) => one.kind === "Namespace")) {
        stored.push(await applyOne(object, how, signal));
      }
      const space = await cluster.get(namespaceRef, signal);
      if (space !== undefined && !isOurs(space, identity)) throw new ForeignObject(space);
      await update((inventory) => withIntent(inventory, objects.map(refOf)), signal);
      for (const object of objects.filter((one) => one.kind !== "Namespace")) {
        stored.push(isSecret(object) ? await applySecret(object, signal) : await applyOne(object, how, signal));
      }
      await update((inventory) => withUids(inventory, stored), signal);
      return stored;
    },

    async prune(keep, signal, only) {
      if ((await ownNamespace(signal)) === undefined) return;
      const inventory = await update((one) => one, signal);
      const late = tookOver ? await sweep(inventory, signal) : [];
      const complete = withIntent(inventory, late.map(refOf));
      const gone = obsolete(complete, keep).filter(({ kind }) => only?.has(kind) ?? true);
      for (const entry of gone) await (entry.kind === "Secret" ? deleteSecret : deleteOne)(entry, signal);
      if (gone.length > 0) await update((one) => without(one, gone), signal);
    },

    async remove(signal) {
      const space = await ownNamespace(signal);
      if (space === undefined) return;
      const { uid } = space.metadata;
      if (space.metadata.deletionTimestamp === undefined) {
        const inventory = await update((one) => one, signal);
        // Secrets go with the namespace.
        const inside = inventory.entries.filter(({ kind }) => kind !== "Namespace" && kind !== "Secret");
        for (const entry of forDeletion(inside)) await deleteOne(entry, signal);
      }
      await deleteOne({ ...namespaceRef, ...(uid === undefined ? {} : { uid }) }, signal);
      opened = false;
    },

    async fence(mark, signal) {
      // What follows sets everything again.
      if (wentBack) opened = false;
      wentBack = false;
      if ((await ownNamespace(signal)) === undefined) return;
      if ((await cluster.get(inventoryRef(identity), signal)) === undefined) return;
      const inventory = await update((one) => one, signal);
      await stamp(inventory, `${tenure.epoch}-${mark}`, signal);
    },

    async settle(signal) {
      if (!opened) return;
      const space = await ownNamespace(signal);
      if (space === undefined || space.metadata.deletionTimestamp !== undefined) return;
      await update((inventory) => ({ ...inventory, settled: true }), signal);
      opened = false;
    },
  };
}

function same(a: Inventory, b: Inventory): boolean {
  const text = (one: Inventory): string => JSON.stringify([one.epoch, one.settled, one.entries]);
  return text(a) === text(b);
}

/** What a write is decided on, for it to fail when that has changed. */
function versionOf({ metadata }: KubernetesObject): Pick<ApplyOptions, "uid" | "resourceVersion"> {
  const { uid, resourceVersion } = metadata;
  return uid === undefined || resourceVersion === undefined ? {} : { uid, resourceVersion };
}

function isConflict(error: unknown): boolean {
  return error instanceof ClusterError && error.code === "conflict";
}

/** Made by a controller, or our own book-keeping. */
export function isDerived(object: KubernetesObject): boolean {
  const owned = (object.metadata.ownerReferences?.length ?? 0) > 0;
  return owned || object.metadata.name === inventoryName || object.kind === "EndpointSlice";
}

/** Key of an object, for keep sets. */
export function keyOf(object: KubernetesObject): string {
  return refKey(refOf(object));
}
