import { isMeasured } from "../analysis.ts";
import type { Step } from "../facts.ts";
import type { StepState } from "../rollout-state.ts";
import { analyse, isProven, measure } from "./analyse.ts";
import { failed } from "./failures.ts";
import { type Action, append, details, factsOf, perform, type Situation } from "./situation.ts";
import { suspectOf } from "./suspects.ts";
import { keepWatching } from "./watching.ts";

/** Requests go over step by step in the clusters of a wave. */
export function balancing(situation: Situation, open: readonly string[]): readonly Action[] {
  const { state, plan } = situation;
  const turned = failed(situation, "balancing", open);
  if (turned !== undefined) return turned;
  const { step } = state;
  if (step === undefined) return begin(situation, 0, open);
  if (step.status === "shifting") return shift(situation, step, open);
  const analysed = analyse(situation, { step: step.index }, step, "balancing", open);
  if (analysed !== undefined) return analysed;
  if (state.paused === undefined && mayPass(situation, step)) {
    if (step.index + 1 < plan.steps.length) return begin(situation, step.index + 1, open);
    const detail = (name: string): string => state.clusters[name]?.phases.balancing?.detail ?? "";
    return append({ type: "done", phase: "balancing", clusters: details(open, detail) });
  }
  const suspect = suspectOf(situation, open);
  if (suspect !== undefined) return append(suspect);
  return [...open.flatMap((cluster) => keepWatching(situation, cluster)), ...measureStep(situation, step)];
}

function begin(situation: Situation, index: number, open: readonly string[]): readonly Action[] {
  const wanted = situation.plan.steps[index];
  if (wanted === undefined) throw new Error(`rollout ${situation.plan.rollout} has no step ${index}`);
  if (situation.state.paused !== undefined) return open.flatMap((cluster) => keepWatching(situation, cluster));
  return append({ type: "step", step: index, weight: wanted.weight });
}

function shift(situation: Situation, { index }: StepState, open: readonly string[]): readonly Action[] {
  const step: Step = `shift-${index}`;
  const late = open.filter((name) => !factsOf(situation, name).performed.has(step));
  if (late.length === 0) {
    const detail = (name: string): string => factsOf(situation, name).shift?.detail ?? "";
    const gate = situation.plan.steps[index]?.hold === undefined ? ({ gate: true } as const) : {};
    return append({ type: "shifted", step: index, clusters: details(open, detail), ...gate });
  }
  const suspect = suspectOf(situation, open);
  if (suspect !== undefined) return append(suspect);
  return open.flatMap((cluster): readonly Action[] =>
    late.includes(cluster)
      ? [...perform(situation, cluster, step), { type: "watch", cluster }]
      : [{ type: "watch", cluster }],
  );
}

/** Whether a step has lasted, and nothing that was measured speaks against going on. */
function mayPass(situation: Situation, step: StepState): boolean {
  const { plan, now } = situation;
  if (step.promoted) return true;
  const hold = plan.steps[step.index]?.hold;
  if (hold === undefined || now - step.since < hold) return false;
  return !isMeasured(plan, step) || isProven(situation, step);
}

function measureStep(situation: Situation, step: StepState): readonly Action[] {
  return isMeasured(situation.plan, step) ? measure(situation, { step: step.index }, step) : [];
}
