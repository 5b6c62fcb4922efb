import { isDeployment, isPod, isReady, isReplicaSet, type KubernetesObject, type Pod } from "@fairway/objects";
import { disruptionAllowed } from "../../admission/disruption-condition.ts";
import type { Clock } from "../../clock/clock.ts";
import { equalJson, isObject, type JsonObject, numberAt, objectAt, stringsAt } from "../../json.ts";
import type { ObjectsApi } from "../../objects-api.ts";
import { selectorOf, selects } from "../../registry/label-selector.ts";
import type { Controller } from "../controller.ts";
import type { EventRecorder } from "../event-recorder.ts";
import { controllerOf, keyOf, refOfKey, timeOf } from "../object-key.ts";
import { soonest } from "../pod-facts.ts";

// Source: k8s.io/kubernetes/pkg/controller/disruption.

const MANAGER = "disruption-controller";
/** An evicted pod that is not being deleted after so long will not be. */
const DELETION_TIMEOUT_MILLISECONDS = 120_000;

/** Keeps the status of disruption budgets: how many pods are healthy, how many shall be, how many may go. */
export function disruptionController(objects: ObjectsApi, clock: Clock, events: EventRecorder): Controller {
  const selectedBy = (budget: KubernetesObject, labels: Readonly<Record<string, string>>): boolean => {
    const selector = objectAt(asJson(budget), "spec", "selector");
    return selector !== undefined && selects(selectorOf(selector), labels);
  };

  return {
    name: MANAGER,
    resources: ["poddisruptionbudgets"],
    keysOf({ type, resource, object }) {
      const { namespace, labels = {} } = object.metadata;
      if (resource === "poddisruptionbudgets") return type === "DELETED" ? [] : [keyOf(object)];
      if (namespace === undefined || !["pods", "deployments", "replicasets"].includes(resource)) return [];
      const budgets = objects.list("poddisruptionbudgets", { namespace });
      return (resource === "pods" ? budgets.filter((one) => selectedBy(one, labels)) : budgets).map(keyOf);
    },
    reconcile(key) {
      const budget = objects.get(refOfKey("poddisruptionbudgets", key));
      if (budget === undefined || budget.metadata.deletionTimestamp !== undefined) return;
      return reconcile(budget, asJson(budget), clock.now());
    },
  };

  function reconcile(budget: KubernetesObject, json: JsonObject, now: number): number | undefined {
    const { namespace = "" } = budget.metadata;
    const pods = objects
      .list("pods", { namespace })
      .filter(isPod)
      .filter((pod) => selectedBy(budget, pod.metadata.labels ?? {}));
    if (pods.length === 0) events.record(budget, "Normal", "NoPods", "No matching pods found");
    const before = objectAt(json, "status") ?? {};
    const wanted = wantedHealthy(json, pods);
    if (typeof wanted === "string") {
      events.record(
        budget,
        "Warning",
        "CalculateExpectedPodCountFailed",
        `Failed to calculate the number of expected pods: ${wanted}`,
      );
      write(budget, { ...before, disruptionsAllowed: 0, conditions: disruptionAllowed(before, now, wanted) });
      return undefined;
    }
    const { disruptedPods, again } = stillDisrupted(budget, pods, stringsAt(before, "disruptedPods"), now);
    const healthy = pods.filter(
      (pod) => pod.metadata.deletionTimestamp === undefined && !(pod.metadata.name in disruptedPods) && isReady(pod),
    );
    const allowed = wanted.expected > 0 ? Math.max(0, healthy.length - wanted.healthy) : 0;
    const status: JsonObject = {
      ...(Object.keys(disruptedPods).length === 0 ? {} : { disruptedPods }),
      currentHealthy: healthy.length,
      desiredHealthy: wanted.healthy,
      disruptionsAllowed: allowed,
      expectedPods: wanted.expected,
      observedGeneration: numberAt(json, "metadata", "generation") ?? 0,
    };
    const conditions = disruptionAllowed({ ...status, conditions: before["conditions"] ?? [] }, now);
    write(budget, { ...status, conditions });
    return again;
  }

  function write(budget: KubernetesObject, status: JsonObject): void {
    if (equalJson(status, objectAt(asJson(budget), "status"))) return;
    objects.update("poddisruptionbudgets", { ...budget, status }, { manager: MANAGER, subresource: "status" });
  }

  function wantedHealthy(
    budget: JsonObject,
    pods: readonly Pod[],
  ): { readonly expected: number; readonly healthy: number } | string {
    const { minAvailable, maxUnavailable } = objectAt(budget, "spec") ?? {};
    if (maxUnavailable === undefined && typeof minAvailable === "number") {
      return { expected: pods.length, healthy: minAvailable };
    }
    if (maxUnavailable === undefined && minAvailable === undefined) return { expected: 0, healthy: 0 };
    const expected = expectedScale(pods);
    if (typeof expected === "string") return expected;
    const healthy =
      maxUnavailable === undefined
        ? scaled(minAvailable, expected)
        : Math.max(0, expected - scaled(maxUnavailable, expected));
    return { expected, healthy };
  }

  /** The sum of the replicas of all controllers of these pods; pods without one do not count. */
  function expectedScale(pods: readonly Pod[]): number | string {
    const scales = new Map<string, number>();
    for (const pod of pods) {
      const owner = controllerOf(pod);
      if (owner === undefined) continue;
      const scale = owner.kind === "ReplicaSet" ? scaleOfReplicaSet(pod, owner.name, owner.uid) : undefined;
      if (scale === undefined) return `found no controllers for pod ${JSON.stringify(pod.metadata.name)}`;
      scales.set(scale.uid, scale.replicas);
    }
    return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
  }

  function scaleOfReplicaSet(pod: Pod, name: string, uid: string) {
    const namespace = pod.metadata.namespace ?? "";
    const set = objects.get({ resource: "replicasets", namespace, name });
    if (set === undefined || !isReplicaSet(set) || set.metadata.uid !== uid) return undefined;
    const above = controllerOf(set);
    if (above?.kind !== "Deployment") return { uid, replicas: set.spec?.replicas ?? 0 };
    const deployment = objects.get({ resource: "deployments", namespace, name: above.name });
    if (deployment === undefined || !isDeployment(deployment)) return { uid, replicas: set.spec?.replicas ?? 0 };
    return { uid: above.uid, replicas: deployment.spec?.replicas ?? 0 };
  }

  function stillDisrupted(
    budget: KubernetesObject,
    pods: readonly Pod[],
    disrupted: Readonly<Record<string, string>>,
    now: number,
  ): { readonly disruptedPods: Record<string, string>; readonly again: number | undefined } {
    const disruptedPods: Record<string, string> = {};
    const waits: number[] = [];
    for (const pod of pods) {
      const since = disrupted[pod.metadata.name];
      if (since === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
      const left = (timeOf(since) ?? 0) + DELETION_TIMEOUT_MILLISECONDS - now;
      if (left > 0) {
        disruptedPods[pod.metadata.name] = since;
        waits.push(left);
      } else {
        const { namespace, name } = budget.metadata;
        const message = `Pod was expected by PDB ${namespace}/${name} to be deleted but it wasn't`;
        events.record(pod, "Warning", "NotDeleted", message);
      }
    }
    return { disruptedPods, again: soonest(waits) };
  }
}

/** A number, or a share of `total` in percent, rounded up. */
function scaled(amount: unknown, total: number): number {
  if (typeof amount === "number") return amount;
  const percent = /^(\d+)%$/.exec(String(amount))?.[1];
  return percent === undefined ? 0 : Math.ceil((Number(percent) * total) / 100);
}

/** Stored objects are JSON. */
function asJson(object: KubernetesObject): JsonObject {
  return isObject(object) ? object : {};
}
