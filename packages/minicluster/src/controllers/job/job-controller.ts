import { type Condition, isJob, isPod, isReady, type Job, type KubernetesObject, type Pod } from "@fairway/objects";
import { type Clock, timestamp } from "../../clock/clock.ts";
import { isObject, listAt, sameAsJson } from "../../json.ts";
import type { ObjectsApi } from "../../objects-api.ts";
import { ApiError } from "../../status.ts";
import { conditionOf } from "../conditions.ts";
import type { Controller } from "../controller.ts";
import type { EventRecorder } from "../event-recorder.ts";
import { controllerOf, isControlledBy, keyOf, refOfKey, timeOf } from "../object-key.ts";
import { createPod } from "../pod-creation.ts";
import { soonest } from "../pod-facts.ts";
import { inDeletionOrder } from "../replica-set/deletion-order.ts";
import {
  completion,
  deadlineOf,
  type Ending,
  endingOf,
  isTracked,
  type JobPods,
  lookAtPods,
  retryAfter,
  TRACKING_FINALIZER,
  wantedActive,
  withJobCondition,
} from "./job-progress.ts";

const MANAGER = "job-controller";
/** After pods that the API refuses, for example for a quota. */
const REFUSED_RETRY_MILLISECONDS = 5_000;

/** Runs Jobs. Their pods are counted when they finish or are deleted, and kept by a finalizer until then. */
export function jobController(objects: ObjectsApi, clock: Clock, events: EventRecorder): Controller {
  return {
    name: MANAGER,
    resources: ["jobs", "pods"],
    keysOf({ resource, object }) {
      if (resource === "jobs") return [keyOf(object)];
      const owner = resource === "pods" ? controllerOf(object) : undefined;
      return owner?.kind === "Job" ? [`${object.metadata.namespace}/${owner.name}`] : [];
    },
    reconcile(key) {
      const job = objects.get(refOfKey("jobs", key));
      releaseOrphans(key, job);
      return job && isJob(job) ? reconcile(job) : undefined;
    },
  };

  /** Pods whose Job is gone are not counted by anybody. */
  function releaseOrphans(key: string, job: KubernetesObject | undefined): void {
    const { namespace, name } = refOfKey("jobs", key);
    for (const pod of objects.list("pods", namespace === undefined ? {} : { namespace }).filter(isPod)) {
      const owner = controllerOf(pod);
      if (owner?.kind === "Job" && owner.name === name && owner.uid !== job?.metadata.uid) release(pod);
    }
  }

  function release(pod: Pod): void {
    const current = objects.get(refOfKey("pods", keyOf(pod)));
    if (!current || !isPod(current) || current.metadata.uid !== pod.metadata.uid || !isTracked(current)) return;
    const finalizers = (current.metadata.finalizers ?? []).filter((one) => one !== TRACKING_FINALIZER);
    const { finalizers: _, ...metadata } = current.metadata;
    const kept = finalizers.length === 0 ? metadata : { ...metadata, finalizers };
    objects.update("pods", { ...current, metadata: kept }, { manager: MANAGER });
  }

  function podsOf(job: Job): readonly Pod[] {
    const { namespace } = job.metadata;
    return objects
      .list("pods", namespace === undefined ? {} : { namespace })
      .filter(isPod)
      .filter((pod) => isControlledBy(pod, job));
  }

  function reconcile(job: Job): number | undefined {
    const now = clock.now();
    const ended = endOf(job);
    if (ended) {
      // A kill may have come between the end and the last finalizer.
      for (const pod of podsOf(job)) release(pod);
      return removeAfterTtl(job, ended, now);
    }
    const pods = podsOf(job);
    const suspended = job.spec?.suspend === true;
    const counted = countedBefore(job, pods);
    const started: Job = suspended || job.status?.startTime ? job : withStatus(job, { startTime: timestamp(now) });
    const facts = lookAtPods(started, pods, counted);
    const ending = endingOf(started, facts, now);
    const step = ending === undefined && job.metadata.deletionTimestamp === undefined ? manage(job, facts, pods) : none;
    if (ending !== undefined) for (const pod of facts.active) remove(job, pod);
    const active = ending === undefined ? facts.active.length + step.created - step.removed : 0;
    const end = ending ?? completion(job, facts.succeeded, active);
    count(started, facts, counted, end, active);
    return soonest([step.again, untilDeadline(started, now)]);
  }

  function untilDeadline(job: Job, now: number): number | undefined {
    const deadline = deadlineOf(job);
    return deadline === undefined ? undefined : deadline - now + 1;
  }

  /** Writes the counts with who is in them, takes the finalizers off, and then the end when nothing is left. */
  function count(job: Job, facts: JobPods, counted: Counted, end: Ending | undefined, active: number): void {
    const failing = end?.announcement === "FailureTarget";
    // When a Job fails, pods that still run fail with it.
    const failed = failing ? [...new Set([...facts.newlyFailed, ...facts.active])] : facts.newlyFailed;
    const uids = (pods: readonly Pod[]) => pods.flatMap(({ metadata }) => metadata.uid ?? []);
    const uncounted = {
      succeeded: uids(facts.newlySucceeded),
      failed: uids(failed.filter((pod) => isTracked(pod))),
    };
    const time = timestamp(clock.now());
    const totals = {
      succeeded: counted.succeeded + uncounted.succeeded.length,
      failed: counted.failed + uncounted.failed.length,
    };
    const status = statusOf(job, facts, active, time);
    if (end) {
      const condition = { type: end.announcement, status: "True", reason: end.reason, message: end.message } as const;
      status["conditions"] = withJobCondition(status.conditions, condition, time);
    }
    const finished = [...facts.newlySucceeded, ...failed, ...(end ? facts.active : [])];
    if (uncounted.succeeded.length + uncounted.failed.length > 0) {
      writeStatus(job, { ...status, ...shown(counted), uncountedTerminatedPods: withoutEmpty(uncounted) });
    } else writeStatus(job, { ...status, ...shown(counted), uncountedTerminatedPods: {} });
    for (const pod of finished) release(pod);
    const stillTerminating = podsOf(job).filter(
      ({ metadata, status: of }) =>
        metadata.deletionTimestamp !== undefined && of?.phase !== "Succeeded" && of?.phase !== "Failed",
    ).length;
    const last = { ...status, terminating: stillTerminating, ...shown(totals), uncountedTerminatedPods: {} };
    if (!end || stillTerminating > 0) {
      writeStatus(job, last);
      return;
    }
    const type = failing ? "Failed" : "Complete";
    const condition = { type, status: "True", reason: end.reason, message: end.message } as const;
    const conditions = withJobCondition(last.conditions, condition, time);
    writeStatus(job, { ...last, conditions, ...(failing ? {} : { completionTime: time }) });
    if (failing) events.record(job, "Warning", end.reason, end.message);
    else events.record(job, "Normal", "Completed", "Job completed");
  }

  function statusOf(job: Job, facts: JobPods, active: number, time: string) {
    let conditions: readonly Condition[] = job.status?.conditions ?? [];
    let startTime = job.status?.startTime;
    if (job.spec?.suspend === true) {
      const condition = {
        type: "Suspended",
        status: "True",
        reason: "JobSuspended",
        message: "Job suspended",
      } as const;
      const next = withJobCondition(conditions, condition, time);
      if (next !== conditions) {
        events.record(job, "Normal", "Suspended", "Job suspended");
        startTime = undefined;
      }
      conditions = next;
    } else {
      const condition = { type: "Suspended", status: "False", reason: "JobResumed", message: "Job resumed" } as const;
      const next = withJobCondition(conditions, condition, time);
      if (next !== conditions) {
        events.record(job, "Normal", "Resumed", "Job resumed");
        startTime = time;
      }
      conditions = next;
    }
    return {
      ...(active > 0 ? { active } : {}),
      ready: active > 0 ? facts.active.filter(isReady).length : 0,
      terminating: facts.terminating.length,
      ...(startTime === undefined ? {} : { startTime }),
      conditions,
    };
  }

  function writeStatus(job: Job, status: Readonly<Record<string, unknown>>): void {
    const stored = objects.get(refOfKey("jobs", keyOf(job)));
    if (!stored || !isJob(stored) || stored.metadata.uid !== job.metadata.uid) return;
    const { conditions, ...rest } = status;
    const next = Array.isArray(conditions) && conditions.length > 0 ? status : rest;
    if (sameAsJson(next, stored.status ?? {})) return;
    const { resourceVersion: _, ...metadata } = stored.metadata;
    objects.update("jobs", { ...stored, metadata, status: next }, { manager: MANAGER, subresource: "status" });
  }

  function manage(job: Job, facts: JobPods, pods: readonly Pod[]): Step {
    const wanted = wantedActive(job, facts);
    const surplus = facts.active.length - wanted;
    if (surplus > 0) {
      for (const pod of inDeletionOrder(facts.active).slice(0, surplus)) {
        // Off first: a pod that is not wanted any more is no failure.
        release(pod);
        remove(job, pod);
      }
      return { ...none, removed: surplus };
    }
    const waiting = job.spec?.podReplacementPolicy === "Failed" ? facts.terminating.length : 0;
    const missing = -surplus - waiting;
    if (missing <= 0) return none;
    const again = retryAfter(pods, clock.now());
    if (again > 0) return { ...none, again };
    let created = 0;
    for (; created < missing; created++) {
      try {
        const pod = createPod(objects, job, podTemplate(job), MANAGER);
        events.record(job, "Normal", "SuccessfulCreate", `Created pod: ${pod.metadata.name}`);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        events.record(job, "Warning", "FailedCreate", `Error creating: ${error.message}`);
        return { ...none, created, again: REFUSED_RETRY_MILLISECONDS };
      }
    }
    return { ...none, created };
  }

  function remove(job: Job, pod: Pod): void {
    objects.remove(refOfKey("pods", keyOf(pod)), pod.metadata.uid === undefined ? {} : { uid: pod.metadata.uid });
    events.record(job, "Normal", "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`);
  }

  function removeAfterTtl(job: Job, ended: Condition, now: number): number | undefined {
    const ttl = job.spec?.ttlSecondsAfterFinished;
    if (ttl === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
    const left = (timeOf(ended.lastTransitionTime) ?? now) + ttl * 1000 - now;
    if (left > 0) return left;
    objects.remove(refOfKey("jobs", keyOf(job)), { propagationPolicy: "Foreground" });
    return undefined;
  }
}

/** What one look has done. */
interface Step {
  readonly created: number;
  readonly removed: number;
  /** Milliseconds until there is more to do. */
  readonly again: number | undefined;
}

const none: Step = { created: 0, removed: 0, again: undefined };

interface Counted {
  readonly succeeded: number;
  readonly failed: number;
  /** Pods that are in the counts though their finalizer is still on: the writer was killed in between. */
  readonly uids: ReadonlySet<string>;
}

function countedBefore(job: Job, pods: readonly Pod[]): Counted {
  const status = isObject(job.status) ? job.status : {};
  const list = (name: string) =>
    listAt(status, "uncountedTerminatedPods", name).filter((uid) => typeof uid === "string");
  const uids = new Set([...list("succeeded"), ...list("failed")]);
  const tracked = new Set(pods.filter(isTracked).map(({ metadata }) => metadata.uid ?? ""));
  return {
    succeeded: (job.status?.succeeded ?? 0) + list("succeeded").filter((uid) => !tracked.has(uid)).length,
    failed: (job.status?.failed ?? 0) + list("failed").filter((uid) => !tracked.has(uid)).length,
    // Those are found again as newly finished, and counted once.
    uids: new Set([...uids].filter((uid) => !tracked.has(uid))),
  };
}

/** The API leaves out counts of 0. */
function shown({ succeeded, failed }: { readonly succeeded: number; readonly failed: number }) {
  return { ...(succeeded > 0 ? { succeeded } : {}), ...(failed > 0 ? { failed } : {}) };
}

function withoutEmpty(lists: Readonly<Record<string, readonly string[]>>) {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}

function withStatus(job: Job, status: Partial<NonNullable<Job["status"]>>): Job {
  return { ...job, status: { ...job.status, ...status } };
}

function endOf(job: Job): Condition | undefined {
  const of = (type: string) => conditionOf(job.status?.conditions, type);
  return [of("Complete"), of("Failed")].find((condition) => condition?.status === "True");
}

function podTemplate(job: Job): NonNullable<Job["spec"]>["template"] {
  const template = job.spec?.template ?? {};
  const labels = {
    ...template.metadata?.labels,
    "batch.kubernetes.io/job-name": job.metadata.name,
    "batch.kubernetes.io/controller-uid": job.metadata.uid ?? "",
    "job-name": job.metadata.name,
    "controller-uid": job.metadata.uid ?? "",
  };
  const finalizers = [...(template.metadata?.finalizers ?? []), TRACKING_FINALIZER];
  return { ...template, metadata: { ...template.metadata, labels, finalizers } };
}
