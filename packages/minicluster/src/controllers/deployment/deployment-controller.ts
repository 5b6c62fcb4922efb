import {
  type Deployment,
  isDeployment,
  isFinished,
  isPod,
  isReady,
  isReplicaSet,
  type Pod,
  type ReplicaSet,
} from "@fairway/objects";
import type { Clock } from "../../clock/clock.ts";
import { sameAsJson } from "../../json.ts";
import type { ObjectsApi } from "../../objects-api.ts";
import { ApiError } from "../../status.ts";
import { adopt, isAdoptable } from "../adoption.ts";
import { conditionOf } from "../conditions.ts";
import type { Controller } from "../controller.ts";
import type { EventRecorder } from "../event-recorder.ts";
import { controllerOf, isControlledBy, keyOf, refOfKey, timeOf } from "../object-key.ts";
import { isActive, soonest, untilAvailable } from "../pod-facts.ts";
import { deploymentStatus, isComplete, untilDeadline } from "./progress.ts";
import { proportionalSizes } from "./proportion.ts";
import {
  byAge,
  currentReplicaSet,
  newReplicaSet,
  nextRevision,
  REVISION,
  replicaSetAnnotations,
  revisionOf,
  sizeAnnotations,
  sizedFor,
} from "./revision.ts";
import { rollingBounds, rollingStep, type Scaled } from "./rolling.ts";

const MANAGER = "deployment-controller";

/** One ReplicaSet of the Deployment with its pods, as they are now. */
interface Owned extends Scaled {
  readonly replicaSet: ReplicaSet;
  readonly pods: readonly Pod[];
  readonly active: number;
  readonly ready: number;
}

/**
 * Makes and scales ReplicaSets for Deployments. The decisions are in `rolling.ts`, `revision.ts` and `progress.ts`; availability is counted
 * from the pods themselves, so the bounds hold at every instant, not only when the ReplicaSets' status has caught up.
 */
export function deploymentController(objects: ObjectsApi, clock: Clock, events: EventRecorder): Controller {
  return {
    name: MANAGER,
    resources: ["deployments"],
    keysOf({ resource, object }) {
      if (resource === "deployments") return [keyOf(object)];
      const owner = controllerOf(object);
      const { namespace } = object.metadata;
      if (resource === "replicasets" && owner?.kind === "Deployment") return [`${namespace}/${owner.name}`];
      if (resource === "replicasets" && owner === undefined && namespace !== undefined) {
        return objects
          .list("deployments", { namespace })
          .filter(isDeployment)
          .filter(({ spec }) => isAdoptable(object, spec?.selector))
          .map(keyOf);
      }
      if (resource === "pods" && owner?.kind === "ReplicaSet" && namespace !== undefined) {
        const set = objects.get({ resource: "replicasets", namespace, name: owner.name });
        const above = set && controllerOf(set);
        return above?.kind === "Deployment" ? [`${namespace}/${above.name}`] : [];
      }
      return [];
    },
    reconcile(key) {
      const deployment = objects.get(refOfKey("deployments", key));
      if (!deployment || !isDeployment(deployment) || deployment.metadata.deletionTimestamp !== undefined) return;
      return reconcile(deployment);
    },
  };

  function reconcile(seen: Deployment): number | undefined {
    let deployment = seen;
    const { namespace } = deployment.metadata;
    let sets = objects
      .list("replicasets", namespace === undefined ? {} : { namespace })
      .filter(isReplicaSet)
      .flatMap((set) => {
        if (isControlledBy(set, deployment)) return [set];
        if (!isAdoptable(set, deployment.spec?.selector)) return [];
        const adopted = adopt(objects, "replicasets", set, deployment, MANAGER);
        return isReplicaSet(adopted) ? [adopted] : [];
      });
    const replicas = deployment.spec?.replicas ?? 1;
    const bounds = boundsOf(deployment);
    const paused = deployment.spec?.paused === true;
    const scaled = sets.some((set) => isActiveSet(set) && (sizedFor(set).replicas ?? replicas) !== replicas);
    if (paused || scaled) sets = resize(deployment, sets, bounds.most);
    const found = currentReplicaSet(deployment, sets);
    const old = byAge(sets.filter((set) => set !== found));
    const revision = nextRevision(found, old);
    const annotations = replicaSetAnnotations(deployment, found, revision, bounds.most);

    let current = found;
    let created = false;
    let collided = false;
    if (current) current = annotate(current, annotations, deployment.spec?.minReadySeconds ?? 0);
    else if (!paused && !scaled && recreateMayStart(deployment, old)) {
      try {
        const size = initialSize(deployment, replicas, bounds.most, old);
        current = create(deployment, size, annotations);
        created = true;
      } catch (error) {
        if (!(error instanceof ApiError && error.reason === "AlreadyExists")) throw error;
        // Another template took this name: the hash gets a new salt, which the status keeps.
        collided = true;
      }
    }
    if (!paused && current && revisionOf(deployment) !== revisionOf(current)) {
      const next = annotated(deployment, { [REVISION]: String(revisionOf(current)) });
      // By the status, as Kubernetes does it: the generation is for what people change.
      const stored = objects.update("deployments", next, { manager: MANAGER, subresource: "status" });
      if (isDeployment(stored)) deployment = stored;
    }
    const now = clock.now();
    const minReady = deployment.spec?.minReadySeconds ?? 0;
    const pods = podsByOwner(deployment);
    const owned = [...old, ...(current ? [current] : [])].map((set) =>
      ownedSet(set, pods.get(set.metadata.uid) ?? [], minReady, now),
    );
    const currentOwned = owned.find(({ replicaSet }) => replicaSet === current);
    const oldOwned = owned.filter((one) => one !== currentOwned);
    if (currentOwned && !created && !paused && !scaled) scale(deployment, currentOwned, oldOwned);
    return settle(deployment, { owned, currentOwned, created, collided, least: bounds.least, now });
  }

  function settle(
    deployment: Deployment,
    seen: {
      readonly owned: readonly Owned[];
      readonly currentOwned: Owned | undefined;
      readonly created: boolean;
      readonly collided: boolean;
      readonly least: number;
      readonly now: number;
    },
  ): number | undefined {
    const { owned, currentOwned, now } = seen;
    const counts = {
      replicas: total(owned, (one) => one.active),
      updated: currentOwned?.active ?? 0,
      ready: total(owned, (one) => one.ready),
      available: total(owned, (one) => one.available),
    };
    const status = deploymentStatus({
      deployment,
      counts,
      least: seen.least,
      current: currentOwned && { name: currentOwned.name, created: seen.created },
      failure: owned
        .map(({ replicaSet }) => conditionOf(replicaSet.status?.conditions, "ReplicaFailure"))
        .findLast((condition) => condition !== undefined),
      collided: seen.collided,
      now,
    });
    if (!sameAsJson(status, deployment.status ?? {})) {
      const fresh = objects.get(refOfKey("deployments", keyOf(deployment)));
      if (fresh && fresh.metadata.uid === deployment.metadata.uid) {
        const { resourceVersion: _, ...metadata } = deployment.metadata;
        objects.update("deployments", { ...deployment, metadata, status }, { manager: MANAGER, subresource: "status" });
      }
    }
    if (isComplete(deployment, counts)) removeHistory(deployment, owned, currentOwned);
    const minReady = deployment.spec?.minReadySeconds ?? 0;
    const waits =
      minReady > 0 ? owned.flatMap(({ pods }) => pods.map((pod) => untilAvailable(pod, minReady, now))) : [];
    return soonest([...waits, untilDeadline(deployment, status, now)]);
  }

  /**
   * Follows a change of `replicas` without going on with the rollout: a lone ReplicaSet takes it all, several get their shares.
   * Gives the ReplicaSets as they are then.
   */
  function resize(deployment: Deployment, sets: readonly ReplicaSet[], most: number): ReplicaSet[] {
    const replicas = deployment.spec?.replicas ?? 1;
    const active = sets.filter(isActiveSet);
    const current = currentReplicaSet(deployment, sets);
    const [lone = current ?? byAge(sets).at(-1)] = active;
    let sizes: ReadonlyMap<string, number> = new Map();
    if (active.length <= 1) sizes = new Map(lone ? [[lone.metadata.name, replicas]] : []);
    else if (current?.spec?.replicas === replicas && current.status?.availableReplicas === replicas) {
      sizes = new Map(active.filter((set) => set !== current).map(({ metadata }) => [metadata.name, 0]));
    } else if (deployment.spec?.strategy?.type !== "Recreate") {
      const count = deployment.status?.replicas ?? 0;
      const sized = active.map((set) => ({
        name: set.metadata.name,
        wanted: set.spec?.replicas ?? 0,
        mostBefore: sizedFor(set).most,
        created: timeOf(set.metadata.creationTimestamp) ?? 0,
      }));
      sizes = proportionalSizes(replicas, most, count, sized);
    }
    return sets.map((set) => {
      if (!isActiveSet(set) && !sizes.has(set.metadata.name)) return set;
      const from = set.spec?.replicas ?? 0;
      const to = sizes.get(set.metadata.name) ?? from;
      const next = annotated(set, sizeAnnotations(deployment, most));
      const stored = objects.update(
        "replicasets",
        { ...next, spec: { ...next.spec, replicas: to } },
        { manager: MANAGER },
      );
      if (to !== from) sayScaled(deployment, set.metadata.name, from, to);
      return isReplicaSet(stored) ? stored : set;
    });
  }

  function scale(deployment: Deployment, current: Owned, old: readonly Owned[]): void {
    const replicas = deployment.spec?.replicas ?? 1;
    const sizes =
      deployment.spec?.strategy?.type === "Recreate"
        ? recreateStep(replicas, current, old)
        : rollingStep(replicas, boundsOf(deployment), current, old);
    for (const one of [current, ...old]) {
      const size = sizes.get(one.name);
      if (size === undefined || size === one.wanted) continue;
      const { replicaSet } = one;
      objects.update(
        "replicasets",
        { ...replicaSet, spec: { ...replicaSet.spec, replicas: size } },
        { manager: MANAGER },
      );
      sayScaled(deployment, one.name, one.wanted, size);
    }
  }

  function create(
    deployment: Deployment,
    size: number,
    annotations: Readonly<Record<string, string>>,
  ): ReplicaSet | undefined {
    const created = objects.create("replicasets", newReplicaSet(deployment, size, annotations), { manager: MANAGER });
    if (size > 0) sayScaled(deployment, created.metadata.name, 0, size);
    return isReplicaSet(created) ? created : undefined;
  }

  function annotate(set: ReplicaSet, annotations: Readonly<Record<string, string>>, minReady: number): ReplicaSet {
    const changed = Object.entries(annotations).some(([name, value]) => set.metadata.annotations?.[name] !== value);
    if (!changed && (set.spec?.minReadySeconds ?? 0) === minReady) return set;
    const next = annotated(set, annotations);
    const stored = objects.update(
      "replicasets",
      { ...next, spec: { ...next.spec, minReadySeconds: minReady } },
      { manager: MANAGER },
    );
    return isReplicaSet(stored) ? stored : set;
  }

  function removeHistory(deployment: Deployment, owned: readonly Owned[], current: Owned | undefined): void {
    const limit = deployment.spec?.revisionHistoryLimit ?? 10;
    const unused = owned
      .filter((one) => one !== current && one.wanted === 0 && one.pods.length === 0)
      .map(({ replicaSet }) => replicaSet)
      .filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && (status?.replicas ?? 0) === 0)
      .toSorted((a, b) => revisionOf(a) - revisionOf(b));
    for (const set of unused.slice(0, Math.max(0, unused.length - limit))) {
      objects.remove(refOfKey("replicasets", keyOf(set)), { propagationPolicy: "Background" });
    }
  }

  function ownedSet(set: ReplicaSet, pods: readonly Pod[], minReadySeconds: number, now: number): Owned {
    const active = pods.filter(isActive);
    return {
      replicaSet: set,
      name: set.metadata.name,
      wanted: set.spec?.replicas ?? 0,
      pods,
      active: active.length,
      ready: active.filter(isReady).length,
      available: active.filter((pod) => untilAvailable(pod, minReadySeconds, now) === 0).length,
    };
  }

  /** The pods that the Deployment selects, by the uid of what controls them. */
  function podsByOwner({ metadata: { namespace }, spec }: Deployment): ReadonlyMap<string | undefined, readonly Pod[]> {
    const labels = spec?.selector.matchLabels;
    const pods = objects
      .list("pods", { ...(namespace === undefined ? {} : { namespace }), ...(labels === undefined ? {} : { labels }) })
      .filter(isPod);
    return Map.groupBy(pods, (pod) => controllerOf(pod)?.uid);
  }

  /** `Recreate`: the new pods come when the old ones are gone. */
  function recreateMayStart(deployment: Deployment, old: readonly ReplicaSet[]): boolean {
    if (deployment.spec?.strategy?.type !== "Recreate") return true;
    const running = old.filter((set) => (set.spec?.replicas ?? 0) > 0);
    for (const set of running) {
      objects.update("replicasets", { ...set, spec: { ...set.spec, replicas: 0 } }, { manager: MANAGER });
      sayScaled(deployment, set.metadata.name, set.spec?.replicas ?? 0, 0);
    }
    if (running.length > 0) return false;
    const pods = podsByOwner(deployment);
    return old.every((set) => (pods.get(set.metadata.uid) ?? []).every(isFinished));
  }

  function sayScaled(deployment: Deployment, name: string, from: number, to: number): void {
    const direction = to > from ? "up" : "down";
    const message = `Scaled ${direction} replica set ${name} from ${from} to ${to}`;
    events.record(deployment, "Normal", "ScalingReplicaSet", message);
  }
}

function isActiveSet({ spec }: ReplicaSet): boolean {
  return (spec?.replicas ?? 0) > 0;
}

function recreateStep(replicas: number, current: Owned, old: readonly Owned[]): ReadonlyMap<string, number> {
  const running = old.filter(({ wanted }) => wanted > 0);
  if (running.length > 0) return new Map(running.map(({ name }) => [name, 0]));
  if (old.some(({ pods }) => pods.some((pod) => !isFinished(pod)))) return new Map();
  return new Map([[current.name, replicas]]);
}

function boundsOf(deployment: Deployment) {
  const replicas = deployment.spec?.replicas ?? 1;
  if (deployment.spec?.strategy?.type === "Recreate") return { most: replicas, least: replicas };
  return rollingBounds(replicas, deployment.spec?.strategy?.rollingUpdate);
}

function initialSize(deployment: Deployment, replicas: number, most: number, old: readonly ReplicaSet[]): number {
  if (deployment.spec?.strategy?.type === "Recreate") return replicas;
  const running = total(old, ({ spec }) => spec?.replicas ?? 0);
  return Math.max(0, Math.min(replicas, most - running));
}

function annotated<T extends Deployment | ReplicaSet>(object: T, annotations: Readonly<Record<string, string>>): T {
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
  };
}

function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
