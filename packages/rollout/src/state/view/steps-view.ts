import type { PassedStep, RolloutState, StepState } from "../rollout-state.ts";
import { iso } from "./waves-view.ts";

/** One share of the requests in one wave. Times in RFC 3339. */
export interface StepView {
  readonly wave: number;
  /** Within the wave. */
  readonly index: number;
  /** Percent for the new release. */
  readonly weight: number;
  /** How long it lasts, in milliseconds; absent: until it is promoted, by hand. */
  readonly hold?: number;
  /** `holding`: routers have taken it. `stopped`: the rollout turned back. */
  readonly status: "waiting" | "shifting" | "holding" | "done" | "stopped";
  readonly since?: string;
  /** When its hold ends, or when it ended; absent by hand, and while the rollout is paused. */
  readonly until?: string;
  readonly promoted: boolean;
  readonly analysisSkipped: boolean;
}

/** Every step of every wave. Pure. */
export function stepsView(state: RolloutState): readonly StepView[] {
  const { waves = [], steps = [] } = state.begun?.outline ?? {};
  return waves.flatMap((_, wave) =>
    steps.map(({ weight, hold }, index): StepView => {
      const planned = { wave, index, weight, ...(hold === undefined ? {} : { hold }) };
      const before = state.passed.find((one) => one.wave === wave && one.index === index);
      const now = before ?? (wave === (state.wave ?? 0) && state.step?.index === index ? state.step : undefined);
      if (now === undefined) return { ...planned, status: "waiting", promoted: false, analysisSkipped: false };
      const { promoted, analysisSkipped, since } = now;
      const until = untilOf(state, now, hold);
      return {
        ...planned,
        status: statusOf(state, now),
        since: iso(since),
        ...(until === undefined ? {} : { until: iso(until) }),
        promoted,
        analysisSkipped,
      };
    }),
  );
}

function isOver(step: StepState | PassedStep): step is PassedStep {
  return "endedAt" in step;
}

function statusOf({ decision, clusters, bake }: RolloutState, step: StepState | PassedStep): StepView["status"] {
  if (isOver(step) || decision === "commit" || bake !== undefined) return "done";
  if (decision === "restore") return "stopped";
  const goesOn = Object.values(clusters).some(({ phases }) => phases.balancing?.status === "running");
  return goesOn ? step.status : "done";
}

function untilOf(state: RolloutState, step: StepState | PassedStep, hold: number | undefined): number | undefined {
  if (isOver(step)) return step.endedAt;
  if (state.decision !== undefined) return state.decisionAt;
  if (step.status === "shifting" || hold === undefined || state.paused !== undefined) return undefined;
  return step.since + hold;
}
