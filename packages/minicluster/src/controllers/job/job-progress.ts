import type { Condition, Job, Pod } from "@fairway/objects";
import { conditionOf } from "../conditions.ts";
import { timeOf } from "../object-key.ts";
import { isActive } from "../pod-facts.ts";

// Source: k8s.io/kubernetes/pkg/controller/job/job_controller.go.

/** Keeps a finished pod until it has been counted. */
export const TRACKING_FINALIZER = "batch.kubernetes.io/job-tracking";

/** Kubernetes waits 10 s, doubling to 10 min, between failed pods; here it begins with 1 s. */
const FIRST_RETRY_MILLISECONDS = 1_000;
const LAST_RETRY_MILLISECONDS = 600_000;

/** How a Job's pods stand, with those that its status has counted before. */
export interface JobPods {
  readonly active: readonly Pod[];
  readonly terminating: readonly Pod[];
  /** Finished pods that are not in the counts yet. */
  readonly newlySucceeded: readonly Pod[];
  readonly newlyFailed: readonly Pod[];
  readonly succeeded: number;
  readonly failed: number;
}

/** @param counted finished pods in the status, whose finalizers are off or about to be */
export function lookAtPods(
  job: Job,
  pods: readonly Pod[],
  counted: { readonly succeeded: number; readonly failed: number; readonly uids: ReadonlySet<string> },
): JobPods {
  const uncounted = pods.filter((pod) => isTracked(pod) && !counted.uids.has(pod.metadata.uid ?? ""));
  const newlySucceeded = uncounted.filter(({ status }) => status?.phase === "Succeeded");
  const newlyFailed = uncounted.filter((pod) => hasFailed(pod, job));
  return {
    active: pods.filter(isActive),
    terminating: pods.filter(
      ({ metadata, status }) =>
        metadata.deletionTimestamp !== undefined && status?.phase !== "Succeeded" && status?.phase !== "Failed",
    ),
    newlySucceeded,
    newlyFailed,
    succeeded: counted.succeeded + newlySucceeded.length,
    failed: counted.failed + newlyFailed.length,
  };
}

export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;
}

/** A deleted pod counts as failed at once, unless only failed ones are to be replaced. */
function hasFailed({ status, metadata }: Pod, job: Job): boolean {
  if (status?.phase === "Failed") return true;
  if (job.spec?.podReplacementPolicy === "Failed") return false;
  return metadata.deletionTimestamp !== undefined && status?.phase !== "Succeeded";
}

export interface Ending {
  /** The condition that announces the end, before the last pod has gone. */
  readonly announcement: "SuccessCriteriaMet" | "FailureTarget";
  readonly reason: string;
  readonly message: string;
}

/** Whether the Job ends, by what was decided before or by its limits; not whether it is complete. */
export function endingOf(job: Job, { active, failed }: JobPods, now: number): Ending | undefined {
  for (const announcement of ["SuccessCriteriaMet", "FailureTarget"] as const) {
    const known = conditionOf(job.status?.conditions, announcement);
    if (known?.status === "True") return { announcement, reason: known.reason ?? "", message: known.message ?? "" };
  }
  const failure = (reason: string, message: string): Ending => ({ announcement: "FailureTarget", reason, message });
  const limit = job.spec?.backoffLimit ?? 6;
  if (failed > limit || tooManyRestarts(job, active, limit)) {
    return failure("BackoffLimitExceeded", "Job has reached the specified backoff limit");
  }
  const deadline = deadlineOf(job);
  if (deadline !== undefined && now >= deadline) {
    return failure("DeadlineExceeded", "Job was active longer than specified deadline");
  }
  return undefined;
}

/** Whether enough pods have succeeded; `active` are those that are left after this step. */
export function completion(job: Job, succeeded: number, active: number): Ending | undefined {
  const wanted = job.spec?.completions;
  const enough = wanted === undefined ? succeeded > 0 : succeeded >= wanted;
  if (!enough || active > 0) return undefined;
  const message = "Reached expected number of succeeded pods";
  return { announcement: "SuccessCriteriaMet", reason: "CompletionsReached", message };
}

/** How many pods shall be active now. */
export function wantedActive(job: Job, { active, succeeded }: JobPods): number {
  if (job.spec?.suspend === true) return 0;
  const parallelism = job.spec?.parallelism ?? 1;
  const completions = job.spec?.completions;
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded));
}

/** Milliseconds since the epoch; undefined without a deadline, and while the Job does not run. */
export function deadlineOf(job: Job): number | undefined {
  const seconds = job.spec?.activeDeadlineSeconds;
  const start = timeOf(job.status?.startTime);
  return seconds === undefined || start === undefined || job.spec?.suspend === true
    ? undefined
    : start + seconds * 1000;
}

/** With `restartPolicy: OnFailure` the failures are restarts of the same pod. */
function tooManyRestarts(job: Job, active: readonly Pod[], limit: number): boolean {
  if (job.spec?.template.spec?.restartPolicy !== "OnFailure") return false;
  const restarts = active
    .flatMap(({ status }) => [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  return restarts >= Math.max(1, limit);
}

/** Milliseconds until a failed pod may be replaced; 0 when it may be now. */
export function retryAfter(pods: readonly Pod[], now: number): number {
  const ends = (phase: string) => pods.filter(({ status }) => status?.phase === phase).map(endOf);
  const lastSuccess = Math.max(0, ...ends("Succeeded"));
  const failures = ends("Failed").filter((end) => end > lastSuccess);
  if (failures.length === 0) return 0;
  const wait = Math.min(FIRST_RETRY_MILLISECONDS * 2 ** (failures.length - 1), LAST_RETRY_MILLISECONDS);
  return Math.max(0, Math.max(...failures) + wait - now);
}

function endOf({ status, metadata }: Pod): number {
  const finished = (status?.containerStatuses ?? []).map(({ state }) => timeOf(state?.terminated?.finishedAt) ?? 0);
  return Math.max(timeOf(metadata.creationTimestamp) ?? 0, ...finished);
}

/** The list with a condition of a Job, which also says when it was looked at. */
export function withJobCondition(
  conditions: readonly Condition[],
  condition: Required<Pick<Condition, "type" | "status" | "reason" | "message">>,
  time: string,
): readonly Condition[] {
  const next = { ...condition, lastProbeTime: time, lastTransitionTime: time };
  const known = conditionOf(conditions, condition.type);
  if (known === undefined) return condition.status === "False" ? conditions : [...conditions, next];
  const same = known.status === next.status && known.reason === next.reason && known.message === next.message;
  return same ? conditions : conditions.map((one) => (one === known ? next : one));
}
