import {
  type Condition,
  isPod,
  isReady,
  isReplicaSet,
  type KubernetesObject,
  type Pod,
  type ReplicaSet,
} from "@fairway/objects";
import { type Clock, timestamp } from "../../clock/clock.ts";
import { sameAsJson } from "../../json.ts";
import type { ObjectsApi } from "../../objects-api.ts";
import { ApiError } from "../../status.ts";
import { adopt, isAdoptable, release } from "../adoption.ts";
import { conditionOf } from "../conditions.ts";
import type { Controller } from "../controller.ts";
import type { EventRecorder } from "../event-recorder.ts";
import { controllerOf, isControlledBy, keyOf, refOfKey } from "../object-key.ts";
import { createPod } from "../pod-creation.ts";
import { isActive, soonest, untilAvailable } from "../pod-facts.ts";
import { matchesSelector } from "../selector.ts";
import { inDeletionOrder } from "./deletion-order.ts";

const MANAGER = "replicaset-controller";
/** A refused pod is tried again after so long: quotas and admission may change. */
const RETRY_MILLISECONDS = 1_000;

/** Keeps as many active pods as each ReplicaSet wants. */
export function replicaSetController(objects: ObjectsApi, clock: Clock, events: EventRecorder): Controller {
  /** Pods whose labels may not be those that their ReplicaSet selects any more, and pods without an owner, by ReplicaSet. */
  const strays = new Map<string, Set<string>>();
  const stray = (set: KubernetesObject, pod: KubernetesObject): string => {
    const key = keyOf(set);
    strays.set(key, (strays.get(key) ?? new Set()).add(keyOf(pod)));
    return key;
  };
  return {
    name: MANAGER,
    resources: ["replicasets", "pods"],
    keysOf({ type, resource, object }) {
      if (resource === "replicasets") {
        if (type === "ADDED") for (const pod of orphansOf(object)) stray(object, pod);
        return [keyOf(object)];
      }
      const { namespace } = object.metadata;
      if (resource !== "pods" || namespace === undefined) return [];
      const owner = controllerOf(object);
      if (owner === undefined) {
        if (type === "DELETED" || object.metadata.labels === undefined) return [];
        return setsFor(object).map((set) => stray(set, object));
      }
      if (owner.kind !== "ReplicaSet") return [];
      const set = objects.get({ resource: "replicasets", namespace, name: owner.name });
      if (set && isReplicaSet(set) && !matchesSelector(set.spec?.selector, object)) stray(set, object);
      return [`${namespace}/${owner.name}`];
    },
    reconcile(key) {
      const set = objects.get(refOfKey("replicasets", key));
      const found = strays.get(key) ?? [];
      strays.delete(key);
      if (!set || !isReplicaSet(set)) return;
      let failure: ApiError | undefined;
      if (set.metadata.deletionTimestamp === undefined) {
        for (const pod of found) settle(set, pod);
        failure = bringToSize(set);
      }
      return writeStatus(set, failure);
    },
  };

  function setsFor(pod: KubernetesObject): readonly ReplicaSet[] {
    const { namespace } = pod.metadata;
    return objects
      .list("replicasets", namespace === undefined ? {} : { namespace })
      .filter(isReplicaSet)
      .filter((set) => isAdoptable(pod, set.spec?.selector));
  }

  function orphansOf(set: KubernetesObject): readonly KubernetesObject[] {
    const { namespace } = set.metadata;
    if (!isReplicaSet(set) || namespace === undefined) return [];
    const labels = set.spec?.selector.matchLabels;
    return objects
      .list("pods", { namespace, ...(labels === undefined ? {} : { labels }) })
      .filter((pod) => isAdoptable(pod, set.spec?.selector));
  }

  /** Lets a pod go that does not fit any more, or takes one that nobody has. */
  function settle(set: ReplicaSet, key: string): void {
    const pod = objects.get(refOfKey("pods", key));
    if (!pod || !isPod(pod) || pod.metadata.deletionTimestamp !== undefined) return;
    if (isControlledBy(pod, set)) {
      if (!matchesSelector(set.spec?.selector, pod)) release(objects, "pods", pod, set, MANAGER);
    } else if (isActive(pod) && isAdoptable(pod, set.spec?.selector)) adopt(objects, "pods", pod, set, MANAGER);
  }

  function activePodsOf(set: ReplicaSet): readonly Pod[] {
    const { namespace } = set.metadata;
    return objects
      .list("pods", namespace === undefined ? {} : { namespace })
      .filter(isPod)
      .filter((pod) => isControlledBy(pod, set) && isActive(pod) && matchesSelector(set.spec?.selector, pod));
  }

  function bringToSize(set: ReplicaSet): ApiError | undefined {
    const active = activePodsOf(set);
    const missing = (set.spec?.replicas ?? 1) - active.length;
    for (let index = 0; index < missing; index++) {
      try {
        const pod = createPod(objects, set, set.spec?.template ?? {}, MANAGER);
        events.record(set, "Normal", "SuccessfulCreate", `Created pod: ${pod.metadata.name}`);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        events.record(set, "Warning", "FailedCreate", `Error creating: ${error.message}`);
        return error;
      }
    }
    if (missing >= 0) return undefined;
    for (const pod of inDeletionOrder(active).slice(0, -missing)) {
      objects.remove(refOfKey("pods", keyOf(pod)), pod.metadata.uid === undefined ? {} : { uid: pod.metadata.uid });
      events.record(set, "Normal", "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`);
    }
    return undefined;
  }

  function writeStatus(set: ReplicaSet, failure: ApiError | undefined): number | undefined {
    const now = clock.now();
    const active = activePodsOf(set);
    const minReady = set.spec?.minReadySeconds ?? 0;
    const templateLabels = Object.entries(set.spec?.template?.metadata?.labels ?? {});
    const labelled = active.filter(({ metadata }) =>
      templateLabels.every(([name, value]) => metadata.labels?.[name] === value),
    );
    const ready = active.filter(isReady).length;
    const available = active.filter((pod) => untilAvailable(pod, minReady, now) === 0).length;
    const conditions = failureConditions(set, failure, now);
    const status = {
      replicas: active.length,
      ...(labelled.length > 0 ? { fullyLabeledReplicas: labelled.length } : {}),
      ...(ready > 0 ? { readyReplicas: ready } : {}),
      ...(available > 0 ? { availableReplicas: available } : {}),
      ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
      ...(conditions.length > 0 ? { conditions } : {}),
    };
    if (!sameAsJson(status, set.status ?? {})) {
      const { resourceVersion: _, ...metadata } = set.metadata;
      objects.update("replicasets", { ...set, metadata, status }, { manager: MANAGER, subresource: "status" });
    }
    if (failure) return RETRY_MILLISECONDS;
    return minReady > 0 ? soonest(active.map((pod) => untilAvailable(pod, minReady, now))) : undefined;
  }
}

function failureConditions(set: ReplicaSet, failure: ApiError | undefined, now: number): readonly Condition[] {
  const others = (set.status?.conditions ?? []).filter(({ type }) => type !== "ReplicaFailure");
  if (!failure) return others;
  const known = conditionOf(set.status?.conditions, "ReplicaFailure");
  if (known?.message === failure.message) return [...others, known];
  return [
    ...others,
    {
      type: "ReplicaFailure",
      status: "True",
      reason: "FailedCreate",
      message: failure.message,
      lastTransitionTime: timestamp(now),
    },
  ];
}
