import { type Event, isFinished, isJob, type Job, type Pod } from "@fairway/objects";
import { bySeverity, type Cause, type Finding } from "./cause.ts";
import { jobCreationFinding } from "./codes/replica-failure.ts";
import { examinePod } from "./examine-pod.ts";
import { groupFindings } from "./group-findings.ts";
import { eventsOf, podsOf, type Subject, who } from "./subject.ts";
import { logsOf, type WantedLog } from "./wants-logs.ts";

/** One Job, which is to end by itself. */
export interface JobSubject extends Omit<Subject, "service" | "release" | "since"> {
  readonly job: { readonly name: string; readonly uid: string };
  /** What was found while it ran: a Job that exceeds its deadline takes its pods with it. */
  readonly earlier?: readonly Cause[];
}

export interface JobExamination {
  /**
   * `gone`: it is not there and nothing is known of its end. It may have been deleted when its time to live was over, which is
   * no failure, or by somebody.
   */
  readonly state: "running" | "succeeded" | "failed" | "gone";
  /** Worst first. Never empty when it failed; while it runs, what holds it up. */
  readonly causes: readonly Cause[];
  /** Waiting cannot help: its pod cannot start, so its command has not begun. */
  readonly doomed: boolean;
}

/** How a Job is, and why it failed: by what its own pod shows, or else by what the Job says. */
export function examineJob(subject: JobSubject): JobExamination {
  const job = jobOf(subject);
  const named: Subject = { ...subject, service: "", who: subject.who ?? "the migration" };
  const end = endOf(job, subject);
  if (end?.succeeded) return { state: "succeeded", causes: [], doomed: false };
  if (end === undefined && job === undefined) return { state: "gone", causes: [], doomed: false };
  const found = job === undefined ? [] : findingsOf(named, job).map((finding) => ofMigration(named, finding));
  const seen = groupFindings(subject.cluster, found);
  if (end === undefined) {
    return {
      state: "running",
      causes: seen,
      doomed: found.some((one) => one.severity === "fatal" && one.exitCode === undefined),
    };
  }
  const known = [...seen, ...(subject.earlier ?? [])].filter(({ severity }) => severity !== "transient");
  const [cause = failureOf(subject, who(named), end)] = known.toSorted(bySeverity);
  return { state: "failed", causes: [{ ...cause, severity: "fatal" }], doomed: false };
}

/** Which logs `examineJob` could use; a migration's log is worth reading while it runs, too. */
export function wantsJobLogs(subject: Pick<JobSubject, "namespace" | "objects" | "job">): readonly WantedLog[] {
  const job = jobOf(subject);
  return job === undefined ? [] : logsOf(podsOf(subject.objects, job));
}

interface End {
  readonly succeeded: boolean;
  readonly reason: string;
  readonly message: string;
}

/** By its conditions, or by the event that tells the same when the Job has been deleted since. */
function endOf(job: Job | undefined, subject: JobSubject): End | undefined {
  for (const { type, status, reason = "", message = "" } of job?.status?.conditions ?? []) {
    if (status === "True" && type === "Complete") return { succeeded: true, reason, message };
    // FailureTarget comes first; but then its pods still run.
    if (status === "True" && type === "Failed") return { succeeded: false, reason, message };
  }
  if (job !== undefined) return undefined;
  const { name, uid } = subject.job;
  const events = eventsOf(
    { ...subject, service: "" },
    { apiVersion: "batch/v1", kind: "Job", metadata: { name, uid } },
  );
  const last = events.findLast((event) => isEnd(event));
  if (last === undefined) return undefined;
  return { succeeded: last.reason === "Completed", reason: last.reason ?? "", message: last.message ?? "" };
}

/** Kubernetes `pkg/controller/job`: `recordJobFinished`. */
function isEnd({ reason = "" }: Event): boolean {
  return ["Completed", "BackoffLimitExceeded", "DeadlineExceeded", "PodFailurePolicy"].includes(reason);
}

function jobOf({ objects, namespace, job }: Pick<JobSubject, "objects" | "namespace" | "job">): Job | undefined {
  return objects.filter(isJob).find(({ metadata }) => metadata.namespace === namespace && metadata.uid === job.uid);
}

/** Its newest pod says why; one that has done its work says nothing. */
function findingsOf(subject: Subject, job: Job): readonly Finding[] {
  const pods = podsOf(subject.objects, job);
  const [newest] = pods.toSorted((a, b) => created(b).localeCompare(created(a)));
  const refused = jobCreationFinding(subject, job, newest !== undefined && !isFinished(newest));
  const ofPod = newest === undefined || newest.status?.phase === "Succeeded" ? [] : examinePod(subject, newest);
  // Running is what it is for; that it is not ready says nothing.
  const telling = ofPod.filter(({ code, exitCode }) => code !== "ReadinessFailing" && exitCode !== 0);
  return [...(refused === undefined ? [] : [refused]), ...telling];
}

function created({ metadata }: Pod): string {
  return metadata.creationTimestamp ?? "";
}

/** A service that ends has crashed; a migration that ends with another code than 0 has failed. */
function ofMigration(subject: Subject, finding: Finding): Finding {
  if (finding.code !== "CrashLoop") return finding;
  return {
    ...finding,
    code: "MigrationFailed",
    summary:
      finding.ranFor === undefined ? finding.summary : `${who(subject)} fails with exit code ${finding.exitCode}`,
  };
}

function failureOf({ cluster, job }: JobSubject, subject: string, { reason, message }: End): Cause {
  const late = reason === "DeadlineExceeded";
  return {
    code: "MigrationFailed",
    severity: "fatal",
    summary: late ? `${subject} took longer than it may` : `${subject} failed`,
    cluster,
    object: `Job/${job.name}`,
    count: 1,
    ...(message === "" ? {} : { message }),
    advice: late
      ? "let it do less at a time, or give it more time; what it has done so far stays"
      : "look at the events and the log of its pod",
  };
}
