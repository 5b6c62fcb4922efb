import type { Step } from "../facts.ts";
import { type Action, append, details, factsOf, hindrance, perform, type Situation } from "./situation.ts";
import { suspectOf } from "./suspects.ts";

/** After the decision: what is not needed any more goes. A cluster that does not answer is left for later. */
export function cleanup(situation: Situation, open: readonly string[]): readonly Action[] {
  const { plan, state, limits, now } = situation;
  const isLeaving = (name: string): boolean => plan.clusters[name]?.leaving === true;
  const stepOf = (name: string): Step => (plan.target === undefined || isLeaving(name) ? "remove" : "prune");
  const isClean = (name: string): boolean => {
    const { performed } = factsOf(situation, name);
    // Where nothing is any more nothing needs to be kept away from it; should it join again it takes traffic.
    return performed.has(stepOf(name)) && (!isLeaving(name) || performed.has("undrain"));
  };
  const clean = open.filter(isClean);
  if (clean.length > 0) return append({ type: "done", phase: "cleanup", clusters: details(clean, () => "") });
  for (const cluster of open) {
    const reason = hindrance(factsOf(situation, cluster));
    if (reason !== undefined && now - state.since > limits.giveUp) {
      return append({ type: "behind", cluster, reason, drained: false });
    }
  }
  const silent = open.filter((name) => factsOf(situation, name).unreachable !== undefined);
  const suspect = suspectOf(situation, silent);
  if (suspect !== undefined) return append(suspect);
  return open.flatMap((cluster) => {
    if (!isLeaving(cluster)) return perform(situation, cluster, stepOf(cluster));
    const { performed } = factsOf(situation, cluster);
    // No request may find a service that is going.
    if (!performed.has("drain")) return perform(situation, cluster, "drain", false);
    return performed.has("remove")
      ? perform(situation, cluster, "undrain", false)
      : perform(situation, cluster, "remove");
  });
}
