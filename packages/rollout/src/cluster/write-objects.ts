import { slotLabel, workloadName } from "@fairway/manifests";
import {
  describeRef,
  isDeployment,
  isSecret,
  type KubernetesObject,
  keyOf,
  type ObjectRef,
  refOf,
} from "@fairway/objects";
import { type ApplyOptions, type Cluster, ClusterError, type Slot } from "../ports.ts";
import type { FencedInventory } from "./fenced-inventory.ts";
import { additions, withoutAdditions } from "./field-owners.ts";
import type { InventoryIdentity } from "./inventory.ts";
import { isKept, yielding } from "./kept-fields.ts";
import { ForeignObject, isOurs } from "./ownership.ts";
import {
  mayTakeReplicas,
  notFewer,
  replicasAtStake,
  replicasManager,
  replicasOnly,
  startingReplicas,
  withReplicas,
} from "./replicas.ts";
import type { Tenure } from "./tenure.ts";

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

/** How one object is applied. */
interface Applying extends Required<Omit<ApplyManner, "beside">>, Pick<ApplyManner, "beside"> {
  /** All that is applied together. */
  readonly among: readonly KubernetesObject[];
}

/** Writes objects in full or not at all, as often as it takes; resolves with what is stored, of Secrets without their content. */
export function writeObjects(of: {
  readonly cluster: Cluster;
  readonly identity: InventoryIdentity;
  readonly tenure: Tenure;
  readonly inventory: Pick<FencedInventory, "persist" | "creating">;
  readonly log: (message: string) => void;
  /** Told of each object before it is written. */
  readonly touch: (ref: ObjectRef) => void;
}): (objects: readonly KubernetesObject[], how: Applying, signal: AbortSignal) => Promise<readonly KubernetesObject[]> {
  const { cluster, identity, tenure, log, touch } = of;
  const { persist, creating } = of.inventory;

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
        log(`${cluster.name}: ${describeRef(refOf(object))} of ${identity.service} is set again: ${taken.join(", ")}`);
      } else if (!(await mayTakeReplicas(cluster, object, error, { identity, keep }, signal))) throw error;
      return cluster.apply(object, { ...held, force: true }, signal);
    }
  };

  /** @param seen what was there a moment ago; what has changed since is looked at again */
  const applyOne = (
    object: KubernetesObject,
    seen: Promise<KubernetesObject | undefined>,
    how: Applying,
    signal: AbortSignal,
  ): Promise<KubernetesObject> => {
    let looked: Promise<KubernetesObject | undefined> | undefined = seen;
    return persist(signal, async () => {
      touch(refOf(object));
      const live = await (looked ?? cluster.get(refOf(object), signal));
      looked = undefined;
      if (live !== undefined && !isOurs(live, identity)) throw new ForeignObject(live);
      await tenure.prove();
      const held = how.hold.has(keyOf(object)) ? notFewer(object, live) : object;
      const wanted = yielding(held, live);
      const start = await startOf(object, how, signal);
      if (live !== undefined) {
        const enough = how.beside === undefined ? live : await raised(live, start, signal);
        const stored = await applyTaking(wanted, await letGo(wanted, enough, signal), how, signal);
        return how.fields === "repair" ? takeAway(object, stored, signal) : stored;
      }
      const first = start === undefined ? object : withReplicas(object, start);
      const created = await creating(refOf(object), () => applyTaking(first, {}, how, signal));
      return start === undefined ? created : applyTaking(object, await letGo(object, created, signal), how, signal);
    });
  };

  /** What others have added to it goes, but for what is left to them. */
  const takeAway = async (
    object: KubernetesObject,
    stored: KubernetesObject,
    signal: AbortSignal,
  ): Promise<KubernetesObject> => {
    const added = additions(stored).filter(({ path }) => !isKept(object, path));
    if (added.length === 0) return stored;
    const told = added.map(({ path, manager }) => `${path} of ${manager}`);
    log(
      `${cluster.name}: ${describeRef(refOf(object))} of ${identity.service} loses what was added: ${told.join(", ")}`,
    );
    return cluster.replace(withoutAdditions(stored, added), signal);
  };

  /** How many replicas a workload begins with that says none itself: as many as the load in another slot asks for. */
  const startOf = async (
    object: KubernetesObject,
    { among, beside }: Applying,
    signal: AbortSignal,
  ): Promise<number | undefined> => {
    const least = startingReplicas(object, among);
    const own = object.metadata.labels?.[slotLabel];
    if (least === undefined || beside === undefined || !isSlot(own)) return least;
    const neutral = object.metadata.name.slice(0, -workloadName("", own).length);
    const live = await cluster.get({ ...refOf(object), name: workloadName(neutral, beside.slot) }, signal);
    const running = live !== undefined && isDeployment(live) ? (live.spec?.replicas ?? 1) : 0;
    return startingReplicas(object, among, Math.ceil(running * beside.share));
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
    // Nobody else had them in the version that this is for; forced, one who took them since makes it an old version.
    const held = { ...versionOf(live), manager: replicasManager, force: true };
    return versionOf(await cluster.apply(replicasOnly(live, replicas), held, signal));
  };

  /**
   * Without a look at what is there: whoever may deploy need not be able to read credentials. What somebody else has set
   * is set again, since nobody who deploys could mend it. A write that comes late brings older credentials at worst,
   * until the next one. Gives what is stored without its content.
   */
  const applySecret = (object: KubernetesObject, signal: AbortSignal): Promise<KubernetesObject> =>
    persist(signal, async () => {
      touch(refOf(object));
      await tenure.prove();
      const { apiVersion, kind, metadata } = await applyTaking(object, {}, { fields: "take", among: [] }, signal);
      return { apiVersion, kind, metadata };
    });

  return async (objects, how, signal) => {
    const look = (object: KubernetesObject | undefined) => {
      if (object === undefined || isSecret(object)) return Promise.resolve(undefined);
      const seen = cluster.get(refOf(object), signal);
      // Whoever writes it hears of that.
      seen.catch(() => undefined);
      return seen;
    };
    const stored: KubernetesObject[] = [];
    let ahead = look(objects[0]);
    for (const [index, object] of objects.entries()) {
      const seen = ahead;
      // While one is written the next one is looked at: half of the way to a cluster that is far away.
      ahead = look(objects[index + 1]);
      stored.push(await (isSecret(object) ? applySecret(object, signal) : applyOne(object, seen, how, signal)));
    }
    return stored;
  };
}

/** What a write is decided on, for it to fail when that has changed. */
function versionOf({ metadata }: KubernetesObject): Pick<ApplyOptions, "uid" | "resourceVersion"> {
  const { uid, resourceVersion } = metadata;
  return uid === undefined || resourceVersion === undefined ? {} : { uid, resourceVersion };
}

function isSlot(label: string | undefined): label is Slot {
  return label === "a" || label === "b";
}
