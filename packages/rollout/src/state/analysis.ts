import type { Outline } from "../plan/outline.ts";
import type { Measurement } from "../ports.ts";
import type { StepState } from "./rollout-state.ts";

export interface AnalysisVerdict {
  /** `no-data`: none is out of its bounds, and not all have a value. */
  readonly state: "good" | "bad" | "no-data";
  /** The measurement that decides it, in words; empty when good. */
  readonly words: string;
}

/** Whether anything of a rollout is measured: its steps, or waves while they are looked at. */
export function measures({
  analysis,
  steps,
  waves,
  bake,
}: Pick<Outline, "analysis" | "steps" | "waves" | "bake">): boolean {
  return analysis.length > 0 && (steps.length > 0 || (bake > 0 && waves.length > 1));
}

/** Whether a step is measured: without requests for the new release, or without time, there is nothing to measure. */
export function isMeasured(
  { analysis, steps }: Pick<Outline, "analysis" | "steps">,
  { index, weight }: Pick<StepState, "index" | "weight">,
): boolean {
  return analysis.length > 0 && weight > 0 && steps[index]?.hold !== 0;
}

/** What measurements say of a release. Bounds are included. Nothing measured yet is no data; no measurements at all are good. */
export function judgeAnalysis(
  measurements: readonly Measurement[],
  values: readonly (number | null)[] | undefined,
): AnalysisVerdict {
  let missing: Measurement | undefined;
  for (const [index, one] of measurements.entries()) {
    const value = values?.[index] ?? null;
    if (value === null) {
      missing ??= one;
      continue;
    }
    if (one.max !== undefined && value > one.max) {
      return { state: "bad", words: `${one.query} is ${shown(value)}, at most ${one.max} is well` };
    }
    if (one.min !== undefined && value < one.min) {
      return { state: "bad", words: `${one.query} is ${shown(value)}, at least ${one.min} is well` };
    }
  }
  if (missing !== undefined) return { state: "no-data", words: `${missing.query} has no value yet` };
  return { state: "good", words: "" };
}

/** Enough digits to see on which side of a bound it is. */
function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
