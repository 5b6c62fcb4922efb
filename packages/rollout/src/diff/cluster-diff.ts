import type { ObjectRef } from "@fairway/objects";
import type { PrepareFinding } from "../state/rollout-event.ts";

/**
 * What a change may do to who uses the service:
 * `restart` all pods are replaced; `shrink` there will be less of something; `host-lost` a public address goes;
 * `removed` an object goes; `immutable` the API refuses to change the field; `replace` so the object would have to be
 * deleted and made anew, which a deploy does not do.
 */
export type RiskCode = "restart" | "replace" | "immutable" | "shrink" | "host-lost" | "removed";

export interface Risk {
  readonly code: RiskCode;
  /** In a few words: `memory limit 512Mi -> 256Mi`. */
  readonly why: string;
  /** The field that it is about; undefined: the object. */
  readonly path?: string;
}

/** One field that a deploy would change. Nothing in it is secret. */
export interface FieldDiff {
  /** As in `ChangedField`. */
  readonly path: string;
  readonly change: "added" | "changed" | "removed";
  /** Absent where the field is new. */
  readonly from?: unknown;
  /** Absent where the field goes. */
  readonly to?: unknown;
  /** The values may be secret: they are shown as `(hidden)`. */
  readonly hidden: boolean;
}

/** Why a deploy would not do what is shown, or why it is not known: what prepare would find. */
export interface DiffProblem extends Omit<PrepareFinding, "cluster"> {
  /** `Deployment/user-a`, where it is about one. */
  readonly object?: string;
}

/** One object that a deploy would make, change or delete. */
export interface ObjectDiff extends ObjectRef {
  readonly change: "created" | "changed" | "removed";
  /**
   * Where an object is named by its content: the one whose place this one takes, and with which it is compared. It goes
   * when no release needs it any more.
   */
  readonly insteadOf?: string;
  readonly fields: readonly FieldDiff[];
  readonly risks: readonly Risk[];
}

/** What a deploy would do in one cluster. */
export interface ClusterDiff {
  readonly cluster: string;
  /** False: nothing is known about it; `problems` says why. */
  readonly compared: boolean;
  /** In the order of apply; what is removed comes last. */
  readonly objects: readonly ObjectDiff[];
  /** How many stay as they are. */
  readonly unchanged: number;
  readonly problems: readonly DiffProblem[];
}
