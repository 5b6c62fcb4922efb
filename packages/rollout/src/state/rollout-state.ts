import type { Cause } from "@fairway/diagnosis";
import type { Outline } from "../plan/outline.ts";
import type { Active, Command, RolloutHeader } from "../ports.ts";
import type { RouterName } from "../traffic/router.ts";
import type { Phase, PrepareFinding } from "./rollout-event.ts";

export interface PhaseState {
  readonly status: "waiting" | "running" | "done" | "failed" | "skipped";
  /** RFC 3339. */
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly detail?: string;
}

export interface ClusterState {
  /** Of the engine that has written there, once init is done: an inventory below it is one of a backup. */
  readonly epoch?: number;
  readonly phases: Readonly<Partial<Record<Phase, PhaseState>>>;
  /** Present once the former release is being restored. */
  readonly restore?: PhaseState;
  readonly suspect?: Cause;
  /** Milliseconds since the epoch; when `suspect` or its detail was written last. */
  readonly suspectAt?: number;
  /** Somebody declared it lost; it is drained, then the rollout goes on without it. */
  readonly lost?: { readonly by: string };
  /** The rollout went on without it. */
  readonly behind?: { readonly reason: string; readonly drained: boolean };
  readonly converged: boolean;
  /** What routers took last there, of the new release. */
  readonly share?: { readonly weight: number; readonly detail: string };
}

/** A phase of a wave, or of all clusters, as it was passed. RFC 3339. */
export interface Passage {
  readonly phase: Phase | "restore";
  readonly wave?: number;
  readonly startedAt: string;
  readonly endedAt?: string;
}

/** A time in which a rollout goes no further, and the new release may be measured. Milliseconds since the epoch, moved on by pauses. */
export interface GateState {
  readonly since: number;
  readonly promoted: boolean;
  readonly analysisSkipped: boolean;
  /** Newest last; one value for each measurement, null where there was none. */
  readonly measured: readonly { readonly at: number; readonly values: readonly (number | null)[] }[];
}

/** One step of a shift of traffic. */
export interface StepState extends GateState {
  readonly index: number;
  /** Percent. */
  readonly weight: number;
  /** `holding`: routers have taken the weight. */
  readonly status: "shifting" | "holding";
}

/** A step that was passed, or stopped; milliseconds since the epoch. */
export interface PassedStep extends StepState {
  readonly wave: number;
  readonly endedAt: number;
}

/** A wave that is, or was, looked at. */
export interface BakeState extends GateState {
  readonly wave: number;
}

/** A command and its answer. */
export interface AnsweredCommand {
  readonly id: string;
  readonly actor: string;
  /** RFC 3339; of the answer. */
  readonly at: string;
  readonly command: Command;
  readonly accepted: boolean;
  readonly reason?: string;
}

export interface MigrationState {
  readonly status: "running" | "succeeded" | "failed";
  readonly cluster: string;
  readonly job: string;
  readonly uid: string;
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
    readonly routers: Readonly<Record<string, RouterName>>;
    readonly outline: Outline | undefined;
  };
  readonly passages: readonly Passage[];
  readonly phase?: Phase;
  /** Index of the wave that the phase is about; undefined: all clusters. */
  readonly wave?: number;
  readonly migration?: MigrationState;
  /** The newest step of the wave. */
  readonly step?: StepState;
  /** Steps before that one, of all waves, oldest first. */
  readonly passed: readonly PassedStep[];
  /** Present while a wave is looked at. */
  readonly bake?: BakeState;
  readonly baked: readonly (BakeState & { readonly endedAt: number })[];
  readonly paused?: { readonly by: string; readonly at: number };
  /** When the last pause ended; milliseconds since the epoch. */
  readonly resumedAt?: number;
  /** Somebody wants the former release back; it is decided as soon as it can be. */
  readonly abortWanted?: { readonly by: string; readonly supersededBy: number | undefined };
  /** Ids of commands that have an answer. */
  readonly answered: ReadonlySet<string>;
  /** Those, oldest first. */
  readonly commands: readonly AnsweredCommand[];
  /** Milliseconds since the epoch; when the phase, or the restore, began. */
  readonly since: number;
  /** Once set it is never changed: `restore` the former release everywhere, or `commit`, forward only. */
  readonly decision?: "restore" | "commit";
  /** Milliseconds since the epoch. */
  readonly decisionAt?: number;
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
