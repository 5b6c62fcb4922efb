import type { Measurement } from "../ports.ts";
import type { TrafficStep } from "./traffic-steps.ts";

/** What a plan is going to do, as far as people see it; plain data, so that the journal tells a rollout without its releases. */
export interface Outline {
  readonly waves: readonly (readonly string[])[];
  /** How long each wave but the last is looked at, in milliseconds. */
  readonly bake: number;
  readonly steps: readonly TrafficStep[];
  readonly analysis: readonly Measurement[];
  /** The cluster where the migration runs. */
  readonly migration?: string;
  /** Clusters that the service leaves. */
  readonly leaving: readonly string[];
}
