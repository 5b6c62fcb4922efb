import type { Cause, CauseCode } from "@fairway/diagnosis";
import type { Outline } from "../plan/outline.ts";
import type { Active, Command } from "../ports.ts";
import type { RouterName } from "../traffic/router.ts";

/** In order; `db` is passed by without migrations, `balancing` is nothing but the decision for `rolling`. */
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

/** Clusters that go together, by their place in the plan. */
export interface Wave {
  readonly index: number;
  readonly clusters: readonly string[];
}

/** What is measured: a step that holds, or a wave that is looked at. */
export type Gate = { readonly step: number } | { readonly bake: number };

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
      /** Clusters that were lost when it began: it goes on without them. */
      readonly lost?: readonly string[];
      /** By cluster: what shares requests out there. Absent where both releases live in one slot. */
      readonly routers?: Readonly<Record<string, RouterName>>;
      /** Absent in rollouts that began before there were waves. */
      readonly outline?: Outline;
    }
  /** With a wave: of its clusters only. */
  | { readonly type: "phase"; readonly phase: Phase; readonly wave?: Wave }
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
  /** The migration Job: made, or ended. `uid`: so that it is never taken for another one, nor run twice. */
  | {
      readonly type: "migration";
      readonly status: "running" | "succeeded" | "failed";
      readonly cluster: string;
      readonly job: string;
      readonly uid: string;
    }
  /** From now on the new release shall have this share of the requests in the wave's clusters. */
  | { readonly type: "step"; readonly step: number; readonly weight: number }
  /** Routers have taken it, with a line of detail for each cluster; its hold begins. `gate`: it lasts until somebody promotes. */
  | {
      readonly type: "shifted";
      readonly step: number;
      readonly clusters: Readonly<Record<string, string>>;
      readonly gate?: true;
    }
  /** One value for each measurement; null: there is none. */
  | ({ readonly type: "analysis"; readonly values: readonly (number | null)[] } & Gate)
  /** This wave has the new release; the next one waits until this one has been looked at. */
  | { readonly type: "bake"; readonly wave: number }
  /** A command, and whether it was accepted. */
  | {
      readonly type: "answered";
      readonly id: string;
      readonly actor: string;
      readonly command: Command;
      readonly accepted: boolean;
      /** Why not. */
      readonly reason?: string;
    }
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
