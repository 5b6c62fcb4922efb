import { type Action, append, factsOf, perform, type Situation } from "./situation.ts";

/** Clusters that were declared lost: no requests go there before the rollout goes on without them. */
export function leaveLost(situation: Situation): readonly Action[] {
  const { state, plan } = situation;
  const lost = plan.waves.flat().filter((name) => {
    const cluster = state.clusters[name];
    return cluster?.lost !== undefined && cluster.behind === undefined;
  });
  for (const cluster of lost) {
    if (!factsOf(situation, cluster).performed.has("drain")) continue;
    const by = state.clusters[cluster]?.lost?.by;
    const reason = by ? `declared lost by ${by}` : "it was declared lost before";
    return append({ type: "behind", cluster, reason, drained: true });
  }
  return lost.flatMap((cluster) => perform(situation, cluster, "drain", false));
}
