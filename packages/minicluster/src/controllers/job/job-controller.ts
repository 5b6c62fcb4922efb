import { type Condition, isJob, isPod, type Job, type Pod } from "@fairway/objects";
import { type Clock, timestamp } from "../../clock/clock.ts";
import { equalJson, toJson } from "../../json.ts";
import type { ObjectsApi } from "../../objects-api.ts";
import { conditionOf } from "../conditions.ts";
import type { Controller } from "../controller.ts";
import type { EventRecorder } from "../event-recorder.ts";
import { controllerOf, isControlledBy, keyOf, refOfKey, timeOf } from "../object-key.ts";
import { createPod } from "../pod-creation.ts";
import { isActive, isReady, soonest } from "../pod-facts.ts";

const MANAGER = "job-controller";
/** Kubernetes waits 10 s, doubling to 6 min, between failed pods; here it begins with 1 s. */
const FIRST_RETRY_MILLISECONDS = 1_000;
const LAST_RETRY_MILLISECONDS = 360_000;

/** Runs Jobs of one completion, one pod at a time: what migrations need. `parallelism` and `completions` above 1 are not looked at. */
export function jobController(objects: ObjectsApi, clock: Clock, events: EventRecorder): Controller {
  return {
    name: MANAGER,
    resources: ["jobs"],
    keysOf({ resource, object }) {
      if (resource === "jobs") return [keyOf(object)];
      const owner = resource === "pods" ? controllerOf(object) : undefined;
      return owner?.kind === "Job" ? [`${object.metadata.namespace}/${owner.name}`] : [];
    },
    reconcile(key) {
      const job = objects.get(refOfKey("jobs", key));
      if (!job || !isJob(job) || job.metadata.deletionTimestamp !== undefined) return;
      return reconcile(job);
    },
  };

  function reconcile(job: Job): number | undefined {
    const now = clock.now();
    const ended = endOf(job);
    if (ended) return removeAfterTtl(job, ended, now);
    if (job.spec?.suspend === true) return undefined;
    const { namespace } = job.metadata;
    const pods = objects
      .list("pods", namespace === undefined ? {} : { namespace })
      .filter(isPod)
      .filter((pod) => isControlledBy(pod, job));
    const failed = pods.filter(({ status }) => status?.phase === "Failed");
    const succeeded = pods.filter(({ status }) => status?.phase === "Succeeded");
    const active = pods.filter(isActive);
    const startTime = job.status?.startTime ?? timestamp(now);
    const deadline = job.spec?.activeDeadlineSeconds;
    const deadlineAt = deadline === undefined ? undefined : (timeOf(startTime) ?? now) + deadline * 1000;

    const verdict = verdictOf(job, failed.length + restarts(active), succeeded.length, deadlineAt, now);
    if (verdict?.type === "Failed") for (const pod of active) objects.remove(refOfKey("pods", keyOf(pod)));
    let again: number | undefined;
    let created = 0;
    if (!verdict && active.length === 0) {
      again = retryAfter(failed, now);
      if (again === undefined) {
        const pod = createPod(objects, job, withJobLabels(job), MANAGER);
        events.record(job, "Normal", "SuccessfulCreate", `Created pod: ${pod.metadata.name}`);
        created = 1;
      }
    }
    const status = {
      ...job.status,
      startTime,
      active: (verdict?.type === "Failed" ? 0 : active.length) + created,
      ready: active.filter(isReady).length,
      succeeded: succeeded.length,
      failed: failed.length + (verdict?.type === "Failed" ? active.length : 0),
      ...(verdict ? { conditions: [...(job.status?.conditions ?? []), ...verdict.conditions] } : {}),
      ...(verdict?.type === "Complete" ? { completionTime: timestamp(now) } : {}),
    };
    if (!equalJson(toJson(status), toJson(job.status ?? {}))) {
      const { resourceVersion: _, ...metadata } = job.metadata;
      objects.update("jobs", { ...job, metadata, status }, { manager: MANAGER, subresource: "status" });
    }
    if (verdict) {
      events.record(job, verdict.type === "Complete" ? "Normal" : "Warning", verdict.reason, verdict.message);
      return 0;
    }
    return soonest([again, deadlineAt === undefined ? undefined : deadlineAt - now + 1]);
  }

  function removeAfterTtl(job: Job, ended: Condition, now: number): number | undefined {
    const ttl = job.spec?.ttlSecondsAfterFinished;
    if (ttl === undefined) return undefined;
    const left = (timeOf(ended.lastTransitionTime) ?? now) + ttl * 1000 - now;
    if (left > 0) return left;
    objects.remove(refOfKey("jobs", keyOf(job)), { propagationPolicy: "Background" });
    return undefined;
  }
}

interface Verdict {
  readonly type: "Complete" | "Failed";
  readonly reason: string;
  readonly message: string;
  readonly conditions: readonly Condition[];
}

function verdictOf(
  job: Job,
  failures: number,
  successes: number,
  deadlineAt: number | undefined,
  now: number,
): Verdict | undefined {
  if (successes > 0) {
    return verdict(
      "Complete",
      "SuccessCriteriaMet",
      "CompletionsReached",
      "Reached expected number of succeeded pods",
      now,
    );
  }
  if (deadlineAt !== undefined && now >= deadlineAt) {
    return verdict("Failed", "FailureTarget", "DeadlineExceeded", "Job was active longer than specified deadline", now);
  }
  if (failures > (job.spec?.backoffLimit ?? 6)) {
    return verdict(
      "Failed",
      "FailureTarget",
      "BackoffLimitExceeded",
      "Job has reached the specified backoff limit",
      now,
    );
  }
  return undefined;
}

/** Since Kubernetes 1.31 a condition that announces the end comes before the end. */
function verdict(type: "Complete" | "Failed", before: string, reason: string, message: string, now: number): Verdict {
  const time = timestamp(now);
  const condition = (name: string): Condition & { readonly lastProbeTime: string } => ({
    type: name,
    status: "True",
    reason,
    message,
    lastProbeTime: time,
    lastTransitionTime: time,
  });
  return {
    type,
    reason: type === "Complete" ? "Completed" : reason,
    message: type === "Complete" ? "Job completed" : message,
    conditions: [condition(before), condition(type)],
  };
}

function endOf(job: Job): Condition | undefined {
  const end = conditionOf(job.status?.conditions, "Complete") ?? conditionOf(job.status?.conditions, "Failed");
  return end?.status === "True" ? end : undefined;
}

/** With `restartPolicy: OnFailure` the failures are restarts of the same pod. */
function restarts(pods: readonly Pod[]): number {
  return pods
    .filter(({ spec }) => spec?.restartPolicy === "OnFailure")
    .flatMap(({ status }) => status?.containerStatuses ?? [])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
}

/** Milliseconds; undefined when the next pod may come now. */
function retryAfter(failed: readonly Pod[], now: number): number | undefined {
  if (failed.length === 0) return undefined;
  const ends = failed.map(({ status, metadata }) => {
    const finished = (status?.containerStatuses ?? []).map(({ state }) => timeOf(state?.terminated?.finishedAt) ?? 0);
    return Math.max(timeOf(metadata.creationTimestamp) ?? 0, ...finished);
  });
  const wait = Math.min(FIRST_RETRY_MILLISECONDS * 2 ** (failed.length - 1), LAST_RETRY_MILLISECONDS);
  const left = Math.max(...ends) + wait - now;
  return left > 0 ? left : undefined;
}

function withJobLabels(job: Job): NonNullable<Job["spec"]>["template"] {
  const template = job.spec?.template ?? {};
  const labels = {
    ...template.metadata?.labels,
    "batch.kubernetes.io/job-name": job.metadata.name,
    "batch.kubernetes.io/controller-uid": job.metadata.uid ?? "",
    "job-name": job.metadata.name,
    "controller-uid": job.metadata.uid ?? "",
  };
  return { ...template, metadata: { ...template.metadata, labels } };
}
