import type { Measurement } from "../../ports.ts";
import { type AnalysisVerdict, isMeasured, judgeAnalysis, measures } from "../analysis.ts";
import type { RolloutState } from "../rollout-state.ts";
import { iso } from "./waves-view.ts";

/** What is measured of the new release, and all that was. */
export interface AnalysisView {
  readonly measurements: readonly Measurement[];
  /** One value for each measurement, null where there was none; oldest first. `at`: RFC 3339. */
  readonly measured: readonly {
    readonly at: string;
    readonly wave: number;
    /** Absent: while the wave was looked at. */
    readonly step?: number;
    readonly values: readonly (number | null)[];
  }[];
  /** Of the newest values of the step or bake that goes on, or was the last one. */
  readonly verdict: AnalysisVerdict;
}

/** Undefined where nothing is measured. Pure. */
export function analysisView(state: RolloutState): AnalysisView | undefined {
  const { outline } = state.begun ?? {};
  if (outline === undefined || !measures(outline)) return undefined;
  const { step, bake, wave = 0 } = state;
  const steps = [...state.passed, ...(step === undefined ? [] : [{ ...step, wave }])];
  const bakes = [...state.baked, ...(bake === undefined ? [] : [bake])];
  const gates = [
    ...steps
      .filter((one) => isMeasured(outline, one))
      .map(({ index, ...one }) => ({ ...one, of: { wave: one.wave, step: index } })),
    ...bakes.map((one) => ({ ...one, of: { wave: one.wave } })),
  ].toSorted((a, b) => a.since - b.since);
  return {
    measurements: outline.analysis,
    measured: gates.flatMap(({ measured, of }) => measured.map(({ at, values }) => ({ at: iso(at), ...of, values }))),
    verdict: judgeAnalysis(outline.analysis, gates.at(-1)?.measured.at(-1)?.values),
  };
}
