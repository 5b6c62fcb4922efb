import {
  type Condition,
  type HorizontalPodAutoscaler,
  isDeployment,
  isHorizontalPodAutoscaler,
  isPod,
  isReady,
  isReplicaSet,
  type Pod,
} from "@fairway/objects";
import { type Clock, timestamp } from "../../clock/clock.ts";
import { sameAsJson, toJson } from "../../json.ts";
import type { ObjectsApi } from "../../objects-api.ts";
import { selectorOf, selects } from "../../registry/label-selector.ts";
import { parseQuantity } from "../../schema/quantity.ts";
import { withCondition } from "../conditions.ts";
import type { Controller } from "../controller.ts";
import type { EventRecorder } from "../event-recorder.ts";
import { keyOf, refOfKey } from "../object-key.ts";
import { isActive } from "../pod-facts.ts";
import { limited, replicasForUse } from "./desired-replicas.ts";

// Source: k8s.io/kubernetes/pkg/controller/podautoscaler/horizontal.go.

/** As there: who takes `replicas` over from a rollout looks for this name. */
const MANAGER = "kube-controller-manager";
const SYNC_MILLISECONDS = 15_000;
const STABILIZATION_SECONDS = 300;

/** Cores that a pod has used of late; undefined when nothing is known. */
export type PodCpu = (pod: { readonly namespace: string; readonly name: string }) => number | undefined;

type Status = NonNullable<HorizontalPodAutoscaler["status"]>;

/** Keeps the replicas of Deployments and ReplicaSets within their autoscaler's bounds, and by the processor time of their pods. */
export function autoscalerController(
  objects: ObjectsApi,
  clock: Clock,
  events: EventRecorder,
  cpuOf: PodCpu = () => undefined,
): Controller {
  /** What was right at which time, by autoscaler. */
  const recommendations = new Map<string, { readonly at: number; readonly replicas: number }[]>();
  /** When pods were asked about last, by autoscaler: as seldom as there, however often their Deployment changes. */
  const askedAt = new Map<string, number>();

  return {
    name: "horizontal-pod-autoscaler",
    resources: ["horizontalpodautoscalers"],
    keysOf({ type, resource, object }) {
      if (resource === "horizontalpodautoscalers") {
        if (type === "DELETED") for (const map of [recommendations, askedAt]) map.delete(keyOf(object));
        return type === "DELETED" ? [] : [keyOf(object)];
      }
      // What somebody scales out of the bounds is seen at once; there it takes up to 15 seconds.
      if (resource !== "deployments" && resource !== "replicasets") return [];
      return objects
        .list("horizontalpodautoscalers", { namespace: object.metadata.namespace ?? "" })
        .filter(isHorizontalPodAutoscaler)
        .filter(({ spec }) => spec?.scaleTargetRef.kind === object.kind)
        .filter(({ spec }) => spec?.scaleTargetRef.name === object.metadata.name)
        .map(keyOf);
    },
    reconcile(key) {
      const scaler = objects.get(refOfKey("horizontalpodautoscalers", key));
      if (scaler === undefined || !isHorizontalPodAutoscaler(scaler)) return undefined;
      if (scaler.metadata.deletionTimestamp !== undefined) return undefined;
      const status = reconcile(scaler, key);
      if (!sameAsJson(status, scaler.status ?? {})) {
        objects.update("horizontalpodautoscalers", { ...scaler, status }, { manager: MANAGER, subresource: "status" });
      }
      return SYNC_MILLISECONDS;
    },
  };

  function reconcile(scaler: HorizontalPodAutoscaler, key: string): Status {
    const before: Status = scaler.status ?? {};
    let conditions: readonly Condition[] = before.conditions ?? [];
    const set = (type: string, status: Condition["status"], reason: string, message: string): void => {
      const condition = { type, status, reason, message, lastTransitionTime: timestamp(clock.now()) };
      conditions = withCondition(conditions, condition);
    };
    const target = targetOf(scaler);
    if (target === undefined) {
      const reference = scaler.spec?.scaleTargetRef;
      const message = `${reference?.kind ?? ""} "${reference?.name ?? ""}" not found`;
      events.record(scaler, "Warning", "FailedGetScale", message);
      const words = `the HPA controller was unable to get the target's current scale: ${message}`;
      set("AbleToScale", "False", "FailedGetScale", words);
      return { ...before, conditions };
    }
    set("AbleToScale", "True", "SucceededGetScale", "the HPA controller was able to get the target's current scale");
    const current = target.spec?.replicas ?? 1;
    const bounds = { min: scaler.spec?.minReplicas ?? 1, max: scaler.spec?.maxReplicas ?? 1 };
    if (current === 0) {
      set(
        "ScalingActive",
        "False",
        "ScalingDisabled",
        "scaling is disabled since the replica count of the target is zero",
      );
      return { ...statusOf(before, 0, 0), conditions };
    }
    const rescale = (wanted: number, why: string): Status => {
      const { name, namespace = "", uid, resourceVersion } = target.object.metadata;
      const metadata = {
        name,
        namespace,
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      };
      const scale = { apiVersion: "autoscaling/v1", kind: "Scale", metadata, spec: { replicas: wanted } };
      objects.update(target.resource, scale, { manager: MANAGER, subresource: "scale" });
      const words = `the HPA controller was able to update the target scale to ${wanted}`;
      set("AbleToScale", "True", "SucceededRescale", words);
      events.record(scaler, "Normal", "SuccessfulRescale", `New size: ${wanted}; reason: ${why}`);
      return { ...statusOf(before, current, wanted), lastScaleTime: timestamp(clock.now()), conditions };
    };
    if (current > bounds.max) return rescale(bounds.max, "Current number of replicas above Spec.MaxReplicas");
    if (current < bounds.min) return rescale(bounds.min, "Current number of replicas below Spec.MinReplicas");

    if (clock.now() - (askedAt.get(key) ?? Number.NEGATIVE_INFINITY) < SYNC_MILLISECONDS) {
      return { ...before, currentReplicas: current, conditions };
    }
    askedAt.set(key, clock.now());
    const found = byMetrics(scaler, target.pods, current);
    if (typeof found === "string") {
      events.record(scaler, "Warning", "FailedGetResourceMetric", found);
      const words = `the HPA was unable to compute the replica count: ${found}`;
      set("ScalingActive", "False", "FailedGetResourceMetric", words);
      return { ...statusOf(before, current, before.desiredReplicas ?? 0), conditions };
    }
    set(
      "ScalingActive",
      "True",
      "ValidMetricFound",
      "the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)",
    );
    const wanted = limited(current, found.replicas, recent(scaler, key, found.replicas), bounds);
    set("AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size");
    const currentMetrics = [{ type: "Resource", resource: { name: "cpu", current: found.current } }];
    if (wanted === current) return { ...statusOf(before, current, wanted), currentMetrics, conditions };
    const why =
      wanted > current ? "cpu resource utilization (percentage of request) above target" : "All metrics below target";
    return { ...rescale(wanted, why), currentMetrics };
  }

  function targetOf(scaler: HorizontalPodAutoscaler) {
    const { kind = "", name = "" } = scaler.spec?.scaleTargetRef ?? {};
    const { namespace = "" } = scaler.metadata;
    const resource = kind === "Deployment" ? "deployments" : kind === "ReplicaSet" ? "replicasets" : undefined;
    const object = resource === undefined ? undefined : objects.get({ resource, namespace, name });
    if (resource === undefined || object === undefined || !(isDeployment(object) || isReplicaSet(object))) return;
    const selector = selectorOf(Object(toJson(object.spec?.selector)));
    const pods = objects
      .list("pods", { namespace })
      .filter(isPod)
      .filter((pod) => isActive(pod) && selects(selector, pod.metadata.labels ?? {}));
    return { resource, object, spec: object.spec, pods };
  }

  /** How many there should be by what the pods use, or why that is not known. */
  function byMetrics(scaler: HorizontalPodAutoscaler, pods: readonly Pod[], current: number) {
    const target = (scaler.spec?.metrics ?? [])
      .filter(({ type, resource }) => type === "Resource" && resource.name === "cpu")
      .map(({ resource }) => resource.target.averageUtilization)
      .find((percent) => percent !== undefined);
    const trouble = (why: string): string => `failed to get cpu utilization: ${why}`;
    if (target === undefined) return trouble("this cluster knows no other metric than the utilization of cpu");
    const [first] = pods;
    const requested = first === undefined ? 0 : requestOf(first);
    if (requested === 0) return trouble("missing request for cpu");
    const used = pods.map((pod) =>
      isReady(pod) ? cpuOf({ namespace: pod.metadata.namespace ?? "", name: pod.metadata.name }) : undefined,
    );
    const found = replicasForUse(current, used, requested, target);
    if (found === undefined) return trouble("did not receive metrics for targeted pods (pods might be unready)");
    const averageValue = `${Math.round((found.utilization * requested * 1000) / 100)}m`;
    return { replicas: found.replicas, current: { averageUtilization: found.utilization, averageValue } };
  }

  /** What was right within the time that scaling down waits, with what is right now. */
  function recent(scaler: HorizontalPodAutoscaler, key: string, replicas: number): readonly number[] {
    const seconds = scaler.spec?.behavior?.scaleDown?.stabilizationWindowSeconds ?? STABILIZATION_SECONDS;
    const now = clock.now();
    const kept = (recommendations.get(key) ?? []).filter(
      (one) => one.at > now - seconds * 1000 && one.replicas !== replicas,
    );
    recommendations.set(key, [...kept, { at: now, replicas }]);
    return kept.map((one) => one.replicas);
  }
}

function statusOf(before: Status, currentReplicas: number, desiredReplicas: number): Status {
  const { lastScaleTime } = before;
  return {
    ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
    ...(currentReplicas === 0 ? {} : { currentReplicas }),
    desiredReplicas,
    currentMetrics: null,
  };
}

/** Cores. */
function requestOf(pod: Pod): number {
  return (pod.spec?.containers ?? []).reduce(
    (sum, { resources }) => sum + (parseQuantity(resources?.requests?.["cpu"] ?? 0) ?? 0),
    0,
  );
}
