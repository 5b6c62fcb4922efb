import type { Cause } from "@fairway/diagnosis";
import { judgeAnalysis } from "../analysis.ts";
import type { Step } from "../facts.ts";
import type { StepState } from "../rollout-state.ts";
import { abort, failed } from "./failures.ts";
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
  const measured = measuredEntry(situation, step);
  if (measured !== undefined) return measured;
  const verdict = judgeAnalysis(plan.analysis, step.measured.at(-1)?.values);
  if (verdict.state === "bad" && !step.analysisSkipped) {
    return abort(
      situation,
      "balancing",
      open.slice(0, 1).map((name) => ({ name, causes: [cause(name, verdict.words)] })),
    );
  }
  if (state.paused === undefined && mayPass(situation, step, verdict.state)) {
    if (step.index + 1 < plan.steps.length) return begin(situation, step.index + 1, open);
    const detail = (name: string): string => state.clusters[name]?.phases.balancing?.detail ?? "";
    return append({ type: "done", phase: "balancing", clusters: details(open, detail) });
  }
  const suspect = suspectOf(situation, open);
  if (suspect !== undefined) return append(suspect);
  return [...open.flatMap((cluster) => keepWatching(situation, cluster)), ...measure(situation, step)];
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
function mayPass({ plan, now }: Situation, step: StepState, verdict: "good" | "bad" | "no-data"): boolean {
  if (step.promoted) return true;
  const hold = plan.steps[step.index]?.hold;
  if (hold === undefined || now - step.since < hold) return false;
  // Without requests for the new release, or with none before, there is nothing to measure.
  const isMeasured = plan.analysis.length > 0 && hold > 0 && step.weight > 0;
  return !isMeasured || step.analysisSkipped || verdict === "good";
}

function measures({ plan }: Situation, step: StepState): boolean {
  return plan.analysis.length > 0 && step.weight > 0 && plan.steps[step.index]?.hold !== 0;
}

/** Of the time that a step has lasted: one that is held for days does not fill the journal. */
const pace = 1 / 60;

/** An engine that has taken over waits for no more than the step's pace. */
function measure(situation: Situation, step: StepState): readonly Action[] {
  const { now, limits } = situation;
  const last = Math.max(step.measured.at(-1)?.at ?? 0, step.since);
  const pause = Math.max(limits.measure, (now - step.since) * pace);
  return measures(situation, step) && now - last >= pause ? [{ type: "measure", step: step.index }] : [];
}

function measuredEntry({ measured }: Situation, step: StepState): readonly Action[] | undefined {
  if (measured === undefined || measured.step !== step.index) return undefined;
  return append({ type: "analysis", step: step.index, values: measured.values });
}

function cause(cluster: string, words: string): Cause {
  return {
    code: "AnalysisFailed",
    severity: "fatal",
    summary: `a measurement of the new release is out of its bounds: ${words}`,
    cluster,
    object: `Cluster/${cluster}`,
    count: 1,
    message: words,
    advice:
      "look at what the new release does to these metrics; bounds and queries stand in [deploy] analysis of app.toml",
  };
}
