import type { Plan } from "../../plan/plan.ts";
import type { Stage } from "../../plan/stages.ts";
import type { ClusterFacts } from "../facts.ts";
import type { RolloutState } from "../rollout-state.ts";
import { factsOf, type Situation } from "./situation.ts";

/** Clusters of the waves up to this one that get the new release. */
export function servingClusters(state: RolloutState, plan: Plan, wave: number): readonly string[] {
  return present(state, plan, plan.waves.slice(0, wave + 1).flat());
}

/** Those of these clusters that the rollout has not gone on without, and that the service does not leave. */
export function present({ clusters }: RolloutState, plan: Plan, names: readonly string[]): readonly string[] {
  return names.filter((name) => clusters[name]?.behind === undefined && plan.clusters[name]?.leaving !== true);
}

/** What has passed, maybe long ago, must be well at the moment of the decision. A removal asks for nothing. */
export function isWellEverywhere(situation: Situation, { phase, wave = 0 }: Stage): boolean {
  const { state, plan } = situation;
  if (phase !== "app" && phase !== "balancing") return true;
  return servingClusters(state, plan, wave).every((name) => serves(factsOf(situation, name)));
}

function serves({ progress, unreachable }: ClusterFacts): boolean {
  return unreachable === undefined && progress?.state === "ready";
}
