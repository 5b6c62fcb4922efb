import type { Finding } from "../cause.ts";
import { type Branch, type Subject, who } from "../subject.ts";

/** How long a controller may need to take a change up, in milliseconds: it is told at once. */
const unremarkable = 10_000;
const late = 30_000;

/**
 * The cluster has stored the release, and its controllers do not take it up: what is seen is of before. Told only when the caller
 * says when it was applied; nothing in the object does.
 */
export function staleFinding(subject: Subject, { workload }: Branch): Finding | undefined {
  if (subject.since === undefined) return undefined;
  const { generation = 0 } = workload.metadata;
  const observed = workload.status?.observedGeneration ?? 0;
  const waited = subject.now - subject.since;
  if (observed >= generation || waited <= unremarkable) return undefined;
  return {
    code: "StaleObservation",
    severity: waited > late ? "likely" : "transient",
    summary: `the cluster does not take up ${who(subject)}`,
    object: `${workload.kind}/${workload.metadata.name}`,
    message: `its controllers have seen generation ${observed} of ${generation}, for ${Math.round(waited / 1000)} s`,
    advice: "the cluster's owner must see whether its kube-controller-manager runs",
  };
}
