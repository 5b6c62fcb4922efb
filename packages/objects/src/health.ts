import type { HorizontalPodAutoscaler } from "./kinds/autoscaler.ts";
import {
  isDeployment,
  isHorizontalPodAutoscaler,
  isHttpRoute,
  isJob,
  isNamespace,
  isPod,
  isPodDisruptionBudget,
  isReplicaSet,
  isService,
} from "./kinds/guards.ts";
import type { Service } from "./kinds/network.ts";
import type { Namespace } from "./kinds/platform.ts";
import type { Condition, ContainerStatus, Pod } from "./kinds/pod.ts";
import type { PodDisruptionBudget } from "./kinds/policy.ts";
import type { HTTPRoute } from "./kinds/routes.ts";
import type { Deployment, Job, ReplicaSet } from "./kinds/workloads.ts";
import type { KubernetesObject } from "./object.ts";

/**
 * `Current`: the cluster is as the object says. `InProgress`: on its way. `Failed`: will not get there by itself.
 * `Terminating`: deletion was requested. `Unknown`: the object does not tell.
 */
export type HealthStatus = "Current" | "InProgress" | "Failed" | "Terminating" | "Unknown";

export interface Health {
  readonly status: HealthStatus;
  /** One line for people, for example `available: 1 of 2`. */
  readonly message: string;
}

/** How long a pod may wait for a node before that counts as a failure (kstatus `ScheduleWindow`), in milliseconds. */
const scheduleWindow = 15_000;

/**
 * How far the cluster is with this object, by the rules of kstatus (sigs.k8s.io/cli-utils `pkg/kstatus/status`), with
 * two differences, because a rollout waits for both: a pod that ended badly is `Failed`, and a running Job is
 * `InProgress`; and with rules for autoscalers (their own conditions) and HTTPRoutes (those of the Gateway API), which kstatus has not.
 * CronJobs, Ingresses and policies are there as soon as they are stored. Kinds without rules of their own are `Current` unless a standard condition (Reconciling, Stalled,
 * Ready) says otherwise.
 *
 * @param now Milliseconds since the epoch. Without it, a pod that finds no node is always `InProgress`.
 */
export function healthOf(object: KubernetesObject, now?: number): Health {
  if (object.metadata.deletionTimestamp !== undefined) return health("Terminating", "is being deleted");
  return generationHealth(object) ?? standardConditionHealth(object) ?? ownHealth(object, now);
}

function ownHealth(object: KubernetesObject, now: number | undefined): Health {
  if (isDeployment(object)) return deploymentHealth(object);
  if (isReplicaSet(object)) return replicaSetHealth(object);
  if (isPod(object)) return podHealth(object, now);
  if (isJob(object)) return jobHealth(object);
  if (isNamespace(object)) return namespaceHealth(object);
  if (isService(object)) return serviceHealth(object);
  if (isPodDisruptionBudget(object)) return budgetHealth(object);
  if (isHorizontalPodAutoscaler(object)) return autoscalerHealth(object);
  if (isHttpRoute(object)) return routeHealth(object);
  return readyConditionHealth(object);
}

function health(status: HealthStatus, message: string): Health {
  return { status, message };
}

function generationHealth(object: KubernetesObject): Health | undefined {
  const observed = field(object["status"], "observedGeneration");
  const { generation } = object.metadata;
  if (typeof observed !== "number" || generation === undefined || observed === generation) return undefined;
  return health("InProgress", `the controller has seen generation ${observed}, the object is at ${generation}`);
}

function standardConditionHealth(object: KubernetesObject): Health | undefined {
  const conditions = conditionsOf(object);
  const reconciling = conditions.find((one) => one.type === "Reconciling" && one.status === "True");
  if (reconciling) return health("InProgress", reconciling.message ?? "is being reconciled");
  const stalled = conditions.find((one) => one.type === "Stalled" && one.status === "True");
  if (stalled) return health("Failed", stalled.message ?? "is stalled");
  return undefined;
}

/** For kinds that have no rules here: a Ready condition is no standard, but widely used. */
function readyConditionHealth(object: KubernetesObject): Health {
  const ready = conditionsOf(object).find((one) => one.type === "Ready");
  if (ready === undefined || ready.status === "True") return health("Current", "exists");
  return health("InProgress", ready.message ?? "is not ready");
}

function deploymentHealth({ spec, status }: Deployment): Health {
  const conditions = status?.conditions ?? [];
  const progressing = conditions.find((one) => one.type === "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") {
    return health("Failed", progressing.message ?? "the progress deadline is exceeded");
  }
  const wanted = spec?.replicas ?? 1;
  const updated = status?.updatedReplicas ?? 0;
  const all = status?.replicas ?? 0;
  const available = status?.availableReplicas ?? 0;
  const ready = status?.readyReplicas ?? 0;
  if (all < wanted) return health("InProgress", `pods: ${all} of ${wanted}`);
  if (updated < wanted) return health("InProgress", `updated: ${updated} of ${wanted}`);
  if (all > wanted) return health("InProgress", `old pods that still stop: ${all - wanted}`);
  if (available < updated) return health("InProgress", `available: ${available} of ${updated}`);
  if (ready < wanted) return health("InProgress", `ready: ${ready} of ${wanted}`);
  // Without a deadline (unset, or the controller's "never", 2^31-1) the controller writes no Progressing condition.
  const deadline = spec?.progressDeadlineSeconds;
  const hasDeadline = deadline !== undefined && deadline !== 2 ** 31 - 1;
  if (hasDeadline && !(progressing?.status === "True" && progressing.reason === "NewReplicaSetAvailable")) {
    return health("InProgress", "the new replica set is not available yet");
  }
  if (!conditions.some((one) => one.type === "Available" && one.status === "True")) {
    return health("InProgress", "the deployment is not available yet");
  }
  return health("Current", `available: ${available} of ${wanted}`);
}

function replicaSetHealth({ spec, status }: ReplicaSet): Health {
  const failure = status?.conditions?.find((one) => one.type === "ReplicaFailure" && one.status === "True");
  if (failure) return health("InProgress", failure.message ?? "pods cannot be created");
  const wanted = spec?.replicas ?? 1;
  const all = status?.replicas ?? 0;
  const available = status?.availableReplicas ?? 0;
  if (all > wanted) return health("InProgress", `pods that still stop: ${all - wanted}`);
  if (available < wanted) return health("InProgress", `available: ${available} of ${wanted}`);
  return health("Current", `available: ${available} of ${wanted}`);
}

function podHealth(pod: Pod, now: number | undefined): Health {
  const conditions = pod.status?.conditions ?? [];
  switch (pod.status?.phase) {
    case "Succeeded":
      return health("Current", "has ended well");
    case "Failed":
      return health("Failed", pod.status.message ?? pod.status.reason ?? "has ended with a failure");
    case "Running": {
      if (conditions.some((one) => one.type === "Ready" && one.status === "True")) return health("Current", "is ready");
      const crashing = crashLooping(pod);
      if (crashing.length > 0) return health("Failed", `crashes again and again: container ${crashing.join(", ")}`);
      return health("InProgress", "runs, is not ready yet");
    }
    case "Pending":
    case undefined: {
      const scheduled = conditions.find((one) => one.type === "PodScheduled");
      if (scheduled?.status === "False" && scheduled.reason === "Unschedulable") {
        const message = scheduled.message ?? "no node can take it";
        const createdAt = Date.parse(pod.metadata.creationTimestamp ?? "");
        const waited = now === undefined || Number.isNaN(createdAt) ? 0 : now - createdAt;
        return health(waited > scheduleWindow ? "Failed" : "InProgress", `no node for it: ${message}`);
      }
      const crashing = crashLooping(pod);
      if (crashing.length > 0) return health("Failed", `crashes again and again: container ${crashing.join(", ")}`);
      return health("InProgress", "has not started yet");
    }
    default:
      return health("Unknown", "its node does not report");
  }
}

function crashLooping(pod: Pod): readonly string[] {
  const statuses: readonly ContainerStatus[] = [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ];
  return statuses.filter((one) => one.state?.waiting?.reason === "CrashLoopBackOff").map((one) => one.name);
}

function jobHealth({ spec, status }: Job): Health {
  const conditions = status?.conditions ?? [];
  const failed = conditions.find((one) => one.type === "Failed" && one.status === "True");
  if (failed) return health("Failed", failed.message ?? "has failed");
  if (conditions.some((one) => one.type === "Complete" && one.status === "True")) {
    return health("Current", `completed: ${status?.succeeded ?? 0}`);
  }
  if (conditions.some((one) => one.type === "Suspended" && one.status === "True")) {
    return health("Current", "is suspended");
  }
  if (status?.startTime === undefined) return health("InProgress", "has not started yet");
  return health("InProgress", `completed: ${status.succeeded ?? 0} of ${spec?.completions ?? 1}`);
}

function namespaceHealth({ status }: Namespace): Health {
  return status?.phase === "Terminating" ? health("Terminating", "is being deleted") : health("Current", "exists");
}

function serviceHealth({ spec }: Service): Health {
  if (spec?.type === "LoadBalancer" && !spec.clusterIP) return health("InProgress", "has no address yet");
  return health("Current", "exists");
}

function budgetHealth({ status }: PodDisruptionBudget): Health {
  const { currentHealthy = 0, desiredHealthy = 0, disruptionsAllowed = 0 } = status ?? {};
  if (currentHealthy < desiredHealthy) return health("InProgress", `healthy: ${currentHealthy} of ${desiredHealthy}`);
  return health("Current", `pods that may go: ${disruptionsAllowed}`);
}

/** One that cannot read what pods use still holds its bounds. */
function autoscalerHealth({ spec, status }: HorizontalPodAutoscaler): Health {
  const conditionOf = (type: string) => status?.conditions?.find((one) => one.type === type);
  const able = conditionOf("AbleToScale");
  if (able === undefined) return health("InProgress", "its controller has not looked at it yet");
  if (able.status === "False") return health("Failed", able.message ?? "cannot scale");
  const bounds = `replicas: ${status?.currentReplicas ?? 0} within ${spec?.minReplicas ?? 1}..${spec?.maxReplicas ?? 1}`;
  const active = conditionOf("ScalingActive");
  if (active?.status !== "False") return health("Current", bounds);
  return health("Current", `${bounds}, not by use: ${active.message ?? active.reason ?? "no metrics"}`);
}

/** Every Gateway that it attaches to must take it (Gateway API, `RouteStatus`). */
function routeHealth({ metadata, status }: HTTPRoute): Health {
  const parents = status?.parents ?? [];
  if (parents.length === 0) return health("InProgress", "no gateway has taken it yet");
  for (const { parentRef, conditions = [] } of parents) {
    const name = parentRef?.name ?? "the gateway";
    const { generation = 0 } = metadata;
    const of = (type: string) =>
      conditions.find((one) => one.type === type && (one.observedGeneration ?? generation) >= generation);
    const accepted = of("Accepted");
    if (accepted === undefined) return health("InProgress", `${name} has not looked at it yet`);
    if (accepted.status !== "True") return health("Failed", `${name}: ${accepted.message ?? accepted.reason ?? ""}`);
    const resolved = of("ResolvedRefs");
    if (resolved?.status === "False") {
      return health("InProgress", `${name}: ${resolved.message ?? resolved.reason ?? "no backend"}`);
    }
  }
  return health("Current", `gateways: ${parents.length}`);
}

function conditionsOf(object: KubernetesObject): readonly Condition[] {
  const conditions = field(object["status"], "conditions");
  return Array.isArray(conditions) ? conditions.filter(isCondition) : [];
}

function isCondition(value: unknown): value is Condition {
  return typeof field(value, "type") === "string" && typeof field(value, "status") === "string";
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}
