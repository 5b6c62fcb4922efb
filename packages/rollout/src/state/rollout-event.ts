import type { Cause, CauseCode } from "@fairway/diagnosis";
import type { Active } from "../ports.ts";

/** In order; `db` and `balancing` do nothing of their own for `rolling` without migrations. */
export const phases = ["prepare", "init", "db", "app", "balancing", "cleanup"] as const;
export type Phase = (typeof phases)[number];

/** What prepare found in a cluster. */
export interface PrepareFinding {
  readonly cluster: string;
  /** Absent: it refuses the rollout. `warning`: a person should know, and the rollout goes on. */
  readonly severity?: "warning";
  /** docs/reference/diagnosis.md says more. */
  readonly code: CauseCode;
  readonly message: string;
  readonly advice?: string;
}

/** Body of a journal entry. Few and small: an entry is written when the state of the rollout changes, not when a pod does. */
export type RolloutEvent =
  /** What the rollout was decided on. */
  | {
      readonly type: "begun";
      readonly namespace: string;
      readonly clusters: readonly string[];
      /** Really active when it began; the header tells what was active when it was asked for. */
      readonly from?: Active;
      /** Absent: the service is removed. */
      readonly target?: Active;
    }
  | { readonly type: "phase"; readonly phase: Phase }
  /** These clusters have passed the phase, with a line of detail each (`2/2`; may be empty). */
  | {
      readonly type: "done";
      readonly phase: Phase;
      readonly clusters: Readonly<Record<string, string>>;
      /** Of prepare. */
      readonly warnings?: readonly PrepareFinding[];
    }
  /** What a cluster waits for, when that changed. */
  | { readonly type: "suspect"; readonly cluster: string; readonly detail: string; readonly cause?: Cause }
  /** The decision: the former release everywhere. */
  | {
      readonly type: "abort";
      readonly phase: Phase;
      readonly failed: Readonly<Record<string, string>>;
      /** How far each cluster was that had not passed `app`: `1/2`. */
      readonly reached?: Readonly<Record<string, string>>;
      readonly causes: readonly Cause[];
      readonly reason: string;
    }
  | { readonly type: "restored"; readonly cluster: string; readonly healthy: boolean; readonly detail: string }
  /** The rollout goes on without this cluster, which is not on the decision yet. */
  | { readonly type: "behind"; readonly cluster: string; readonly reason: string; readonly drained: boolean }
  /** The commit point: the new release everywhere. */
  | { readonly type: "committed" }
  | {
      readonly type: "ended";
      readonly status: "succeeded" | "failed" | "refused";
      readonly reason?: string;
      readonly findings: readonly PrepareFinding[];
      readonly converging: readonly string[];
    }
  /** A cluster that was behind is on what is active now. */
  | { readonly type: "converged"; readonly cluster: string }
  | { readonly type: "closed" };
