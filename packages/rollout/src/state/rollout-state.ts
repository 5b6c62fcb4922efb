import type { Cause } from "@fairway/diagnosis";
import type { Active, RolloutHeader } from "../ports.ts";
import type { Phase, PrepareFinding } from "./rollout-event.ts";

export interface PhaseState {
  readonly status: "waiting" | "running" | "done" | "failed" | "skipped";
  /** RFC 3339. */
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly detail?: string;
}

export interface ClusterState {
  readonly phases: Readonly<Partial<Record<Phase, PhaseState>>>;
  /** Present once the former release is being restored. */
  readonly restore?: PhaseState;
  readonly suspect?: Cause;
  /** Milliseconds since the epoch; when `suspect` or its detail was written last. */
  readonly suspectAt?: number;
  /** The rollout went on without it. */
  readonly behind?: { readonly reason: string; readonly drained: boolean };
  readonly converged: boolean;
}

/** A rollout as its journal tells it. */
export interface RolloutState {
  readonly header: RolloutHeader;
  /** Sequence of the newest entry; 0 before the first. */
  readonly sequence: number;
  readonly begun?: {
    readonly namespace: string;
    readonly clusters: readonly string[];
    readonly from: Active | undefined;
    readonly target: Active | undefined;
  };
  readonly phase?: Phase;
  /** Milliseconds since the epoch; when the phase, or the restore, began. */
  readonly since: number;
  /** Once set it is never changed: `restore` the former release everywhere, or `commit`, forward only. */
  readonly decision?: "restore" | "commit";
  readonly abort?: { readonly phase: Phase; readonly causes: readonly Cause[]; readonly reason: string };
  readonly clusters: Readonly<Record<string, ClusterState>>;
  /** What prepare found and went on with. */
  readonly warnings: readonly PrepareFinding[];
  readonly end?: {
    readonly status: "succeeded" | "failed" | "refused";
    readonly reason: string | undefined;
    readonly findings: readonly PrepareFinding[];
    readonly converging: readonly string[];
    readonly at: string;
  };
  readonly closed: boolean;
}
