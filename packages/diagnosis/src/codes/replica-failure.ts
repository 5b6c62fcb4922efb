import type { Condition } from "@fairway/objects";
import type { CauseCode, Finding } from "../cause.ts";
import { type Branch, elapsed, type Subject, who } from "../subject.ts";

/** How long pods may be refused before waiting cannot help, in milliseconds: the controller tries again within seconds. */
const hopeless = 15_000;

/** The cluster refuses to create the pods at all: no pod shows it, only the replica set's condition does. */
export function replicaFailureFinding(subject: Subject, { workload, replicaSet, pods }: Branch): Finding | undefined {
  const current = workload.status?.observedGeneration === workload.metadata.generation;
  const failure =
    failureOf(replicaSet?.status?.conditions) ?? (current ? failureOf(workload.status?.conditions) : undefined);
  if (failure === undefined) return undefined;
  const message = failure.message ?? failure.reason ?? "";
  const code = codeOf(message);
  const waited = elapsed(subject, failure.lastTransitionTime);
  return {
    code,
    severity: pods.length === 0 && waited > hopeless ? "fatal" : "likely",
    ...words(code, who(subject)),
    object:
      replicaSet === undefined ? `Deployment/${workload.metadata.name}` : `ReplicaSet/${replicaSet.metadata.name}`,
    ...(message === "" ? {} : { message }),
  };
}

function failureOf(conditions: readonly Condition[] | undefined): Condition | undefined {
  return conditions?.find((one) => one.type === "ReplicaFailure" && one.status === "True");
}

function codeOf(message: string): CauseCode {
  if (/exceeded quota/i.test(message)) return "QuotaExceeded";
  if (/admission webhook .* denied|ValidatingAdmissionPolicy .* denied/i.test(message)) return "WebhookDenied";
  if (/(maximum|minimum) (cpu|memory|.*) usage per/i.test(message)) return "LimitRangeViolated";
  if (/service ?account .*not found|error looking up service account/i.test(message)) return "ServiceAccountMissing";
  return "FailedCreate";
}

function words(code: CauseCode, subject: string): Pick<Finding, "summary" | "advice"> {
  switch (code) {
    case "QuotaExceeded":
      return {
        summary: `the namespace's quota has no room for ${subject}`,
        advice: "choose a smaller [engine] size or fewer replicas, or ask the platform's owner for a larger quota",
      };
    case "LimitRangeViolated":
      return {
        summary: `${subject} asks for more or less than one pod may have`,
        advice: "choose another [engine] size, or ask the platform's owner to change the namespace's limits",
      };
    case "WebhookDenied":
      return {
        summary: `a policy of the cluster refuses the pods of ${subject}`,
        advice: "change what the policy names, or ask the platform's owner",
      };
    case "ServiceAccountMissing":
      return {
        summary: `the service account of ${subject} does not exist`,
        advice: "deploy again; if it stays, somebody deleted it: look at the events of the namespace",
      };
    default:
      return {
        summary: `the cluster refuses to create the pods of ${subject}`,
        advice: "the message says what it objects to; if it is not yours to change, ask the platform's owner",
      };
  }
}
