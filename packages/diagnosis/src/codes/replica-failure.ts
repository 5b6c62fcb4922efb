import { type Condition, isJob, type Job, type KubernetesObject } from "@fairway/objects";
import { admissionRefusal } from "../admission-refusal.ts";
import type { Finding } from "../cause.ts";
import { type Branch, elapsed, eventsOf, firstTime, type Subject, who } from "../subject.ts";

/** How long pods may be refused before waiting cannot help, in milliseconds: the controller tries again within seconds. */
const hopeless = 15_000;

interface Failure {
  readonly object: KubernetesObject;
  readonly message: string;
  /** Milliseconds for which it has been so. */
  readonly lasts: number;
}

/** The cluster refuses to create the pods at all: no pod shows it, only what should have made them does. */
export function replicaFailureFinding(subject: Subject, branch: Branch): Finding | undefined {
  const { workload, maker, pods } = branch;
  const current = workload.status?.observedGeneration === workload.metadata.generation;
  const failure =
    maker?.kind === "StatefulSet"
      ? failureInEvents(subject, maker)
      : (failureIn(subject, maker) ?? (current ? failureIn(subject, workload) : undefined));
  return failure === undefined ? undefined : findingOf(subject, failure, pods.length === 0);
}

/** The same of a Job's pods, of which only events speak. */
export function jobCreationFinding(subject: Subject, job: Job, hasPods: boolean): Finding | undefined {
  const failure = failureInEvents(subject, job);
  return failure === undefined ? undefined : findingOf(subject, failure, !hasPods);
}

function findingOf(subject: Subject, { object, message, lasts }: Failure, alone: boolean): Finding {
  const pods = isJob(object) ? `the pod of ${who(subject)}` : `the pods of ${who(subject)}`;
  const refusal = admissionRefusal(message, pods) ?? {
    code: "FailedCreate" as const,
    summary: `the cluster refuses to create ${pods}`,
    advice: "the message says what it objects to; if it is not yours to change, ask the platform's owner",
  };
  // A webhook that cannot be reached may come back at any moment.
  const canHeal = refusal.code === "WebhookDown";
  return {
    severity: alone && lasts > hopeless && !canHeal ? "fatal" : "likely",
    ...refusal,
    object: `${object.kind}/${object.metadata.name}`,
    ...(message === "" ? {} : { message }),
  };
}

function failureIn(subject: Subject, object: Branch["workload"] | Branch["maker"]): Failure | undefined {
  const conditions: readonly Condition[] = object?.status?.conditions ?? [];
  const condition = conditions.find((one) => one.type === "ReplicaFailure" && one.status === "True");
  if (object === undefined || condition === undefined) return undefined;
  const message = condition.message ?? condition.reason ?? "";
  return { object, message, lasts: elapsed(subject, condition.lastTransitionTime) };
}

/** StatefulSets and Jobs have no such condition. What they made after it, they could. */
function failureInEvents(subject: Subject, object: KubernetesObject): Failure | undefined {
  const events = eventsOf(subject, object);
  const last = events.findLast(({ reason }) => reason === "FailedCreate" || reason === "SuccessfulCreate");
  if (last?.reason !== "FailedCreate") return undefined;
  return { object, message: last.message ?? "", lasts: subject.now - (firstTime([last]) ?? subject.now) };
}
