import type { Outline } from "../../plan/outline.ts";
import type { BakeState, RolloutState } from "../rollout-state.ts";

/** Clusters that go together. Times in RFC 3339. */
export interface WaveView {
  readonly clusters: readonly string[];
  /** `baking`: it has the new release, and is looked at before the next one begins. */
  readonly status: "waiting" | "running" | "baking" | "done" | "restored" | "skipped";
  readonly bake?: BakeView;
}

export interface BakeView {
  readonly since: string;
  /** When it ends, or ended; absent while the rollout is paused. */
  readonly until?: string;
  readonly promoted: boolean;
  readonly analysisSkipped: boolean;
}

/** The waves of a rollout; none before it has begun. Pure. */
export function wavesView(state: RolloutState): readonly WaveView[] {
  const waves = state.begun?.outline?.waves ?? (state.begun === undefined ? [] : [state.begun.clusters]);
  return waves.map((clusters, index) => {
    const bake = bakeView(state, index);
    return { clusters, status: statusOf(state, index), ...(bake === undefined ? {} : { bake }) };
  });
}

/** Index of the wave in which a cluster goes. */
export function waveOf({ waves }: Pick<Outline, "waves">, cluster: string): number {
  return waves.findIndex((names) => names.includes(cluster));
}

function statusOf(state: RolloutState, index: number): WaveView["status"] {
  const { wave, decision, end } = state;
  const isReached = wave !== undefined && wave >= index;
  if (decision === "commit") return "done";
  if (decision === "restore") return isReached ? "restored" : "skipped";
  if (end !== undefined) return end.status === "succeeded" ? "done" : "skipped";
  if (!isReached) return "waiting";
  if (wave > index) return "done";
  return state.bake === undefined ? "running" : "baking";
}

function bakeView(state: RolloutState, index: number): BakeView | undefined {
  const now = state.bake?.wave === index ? state.bake : undefined;
  const before = state.baked.find(({ wave }) => wave === index);
  if (before !== undefined) return told(before, before.endedAt);
  if (now === undefined) return undefined;
  const due = state.paused === undefined ? now.since + (state.begun?.outline?.bake ?? 0) : undefined;
  return told(now, state.decisionAt ?? due);
}

function told({ since, promoted, analysisSkipped }: BakeState, until: number | undefined): BakeView {
  return { since: iso(since), ...(until === undefined ? {} : { until: iso(until) }), promoted, analysisSkipped };
}

export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
