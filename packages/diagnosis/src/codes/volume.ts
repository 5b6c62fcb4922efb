import { isPersistentVolumeClaim, type Pod } from "@fairway/objects";
import type { Finding, Severity } from "../cause.ts";
import { conditionOf, elapsed, eventsOf, type Subject, who } from "../subject.ts";

/** A volume may take its time, in milliseconds: a disk of a cloud is there after some seconds. */
const unremarkable = 15_000;
const late = 60_000;

/** What the scheduler says of a pod whose volumes are the only hindrance (Kubernetes `plugins/volumebinding`). */
const unbound =
  /unbound immediate PersistentVolumeClaims|persistentvolumeclaim "[^"]*" (?:not found|is being deleted|bound to)|didn't find available persistent volumes to bind|pvc\(s\) bound to non-existent pv/;
const otherHindrance = /Insufficient |taint|affinity\/selector|Too many pods|didn't have free ports/;

interface Trouble {
  readonly claim: string;
  readonly message: string | undefined;
  /** Nobody is at work on it. */
  readonly stuck: boolean;
  readonly failed: boolean;
}

/**
 * A pod that finds no node because a volume is not there. A claim that waits for its first consumer is normal: it is bound
 * when the pod has a node.
 */
export function volumeFinding(subject: Subject, pod: Pod): Finding | undefined {
  if (pod.spec?.nodeName !== undefined || (pod.status?.phase ?? "Pending") !== "Pending") return undefined;
  const scheduled = conditionOf(pod, "PodScheduled");
  const said = scheduled?.status === "False" ? (scheduled.message ?? "") : "";
  const isHindered = unbound.test(said) && !otherHindrance.test(said);
  const missing = /persistentvolumeclaim "([^"]*)" not found/.exec(said)?.[1];
  const trouble: Trouble | undefined =
    missing === undefined
      ? claimTrouble(subject, pod, isHindered)
      : { claim: missing, message: said, stuck: true, failed: true };
  if (!isHindered && trouble?.failed !== true) return undefined;
  const waited = elapsed(subject, scheduled?.lastTransitionTime ?? pod.metadata.creationTimestamp);
  const message = trouble?.message ?? said;
  return {
    code: "VolumePending",
    severity: severityOf(trouble, waited),
    summary: trouble?.failed ? `a volume of ${who(subject)} cannot be had` : `${who(subject)} waits for a volume`,
    object: trouble === undefined ? `Pod/${pod.metadata.name}` : `PersistentVolumeClaim/${trouble.claim}`,
    ...(message === "" ? {} : { message }),
    advice:
      missing === undefined
        ? "the cluster's owner must see why: storage class, its provisioner, free volumes"
        : `create the claim ${missing} in this namespace, or take the volume out`,
  };
}

function severityOf(trouble: Trouble | undefined, waited: number): Severity {
  if (waited <= unremarkable) return "transient";
  if (trouble?.stuck && waited > late) return "fatal";
  return trouble?.failed || waited > late ? "likely" : "transient";
}

/** The pod's claim that is worst off, by its own phase and the last that was said about it. */
function claimTrouble(subject: Subject, pod: Pod, isHindered: boolean): Trouble | undefined {
  const named = pod.spec?.volumes?.flatMap(({ persistentVolumeClaim: claim }) => claim?.claimName ?? []);
  const bound = subject.objects
    .filter(isPersistentVolumeClaim)
    .filter(({ status }) => status?.phase === "Bound")
    .map(({ metadata }) => metadata.name);
  const claims = [...new Set(named ?? [])].filter((name) => !bound.includes(name));
  const troubles = claims.map((claim): Trouble => {
    const object = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: claim } };
    const last = eventsOf(subject, object).findLast(({ reason = "" }) =>
      /^(FailedBinding|Provision|ExternalProvisioning|WaitFor)/.test(reason),
    );
    const failed = last?.reason === "FailedBinding" || last?.reason === "ProvisioningFailed";
    const stuck = last?.reason === "FailedBinding";
    return { claim, message: last?.message, stuck, failed };
  });
  return troubles.find(({ failed }) => failed) ?? (isHindered ? troubles[0] : undefined);
}
