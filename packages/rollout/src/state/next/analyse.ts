import type { Cause } from "@fairway/diagnosis";
import { judgeAnalysis } from "../analysis.ts";
import type { Measured } from "../facts.ts";
import type { Gate, Phase } from "../rollout-event.ts";
import type { GateState } from "../rollout-state.ts";
import { abort } from "./failures.ts";
import { type Action, append, type Situation } from "./situation.ts";

/**
 * What was measured at a gate is written, and turns the rollout back where it is out of its bounds, also while it is paused;
 * undefined: nothing of that.
 *
 * @param where the clusters that the gate is about
 */
export function analyse(
  situation: Situation,
  gate: Gate,
  state: GateState,
  phase: Phase,
  where: readonly string[],
): readonly Action[] | undefined {
  const { measured, plan } = situation;
  if (measured !== undefined && isOf(measured, gate)) {
    return append({ type: "analysis", ...gate, values: measured.values });
  }
  const { state: verdict, words } = judgeAnalysis(plan.analysis, state.measured.at(-1)?.values);
  if (verdict !== "bad" || state.analysisSkipped) return undefined;
  const failures = where.slice(0, 1).map((name) => ({ name, causes: [cause(name, words)] }));
  return abort(situation, phase, failures);
}

/** Whether nothing that is measured at a gate speaks against going on. Without data nothing is proved. */
export function isProven({ plan }: Situation, state: GateState): boolean {
  return state.analysisSkipped || judgeAnalysis(plan.analysis, state.measured.at(-1)?.values).state === "good";
}

/** Of the time that a gate has lasted: one that lasts for days does not fill the journal. */
const pace = 1 / 60;

/** An engine that has taken over waits for no more than the gate's pace. */
export function measure({ now, limits }: Situation, gate: Gate, state: GateState): readonly Action[] {
  const last = Math.max(state.measured.at(-1)?.at ?? 0, state.since);
  const pause = Math.max(limits.measure, (now - state.since) * pace);
  return now - last >= pause ? [{ type: "measure", gate }] : [];
}

function isOf(measured: Measured, gate: Gate): boolean {
  if ("bake" in gate) return "bake" in measured && measured.bake === gate.bake;
  return "step" in measured && measured.step === gate.step;
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
