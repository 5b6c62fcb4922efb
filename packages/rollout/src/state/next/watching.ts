import { isSlotted } from "../../plan/plan.ts";
import type { Step } from "../facts.ts";
import { type Action, factsOf, perform, type Situation } from "./situation.ts";

/**
 * Observes a cluster that has the new release. An engine that has taken over does the last step once more first: it changes
 * nothing, and says what to expect.
 */
export function keepWatching(situation: Situation, cluster: string): readonly Action[] {
  const { plan, state } = situation;
  const isCurrent = state.wave === undefined || plan.waves[state.wave]?.includes(cluster) === true;
  const shifted = isCurrent ? state.step?.index : plan.steps.length - 1;
  const last: Step = isSlotted(plan) && shifted !== undefined ? `shift-${shifted}` : "app";
  if (!factsOf(situation, cluster).performed.has(last)) return perform(situation, cluster, last);
  return [{ type: "watch", cluster }];
}
