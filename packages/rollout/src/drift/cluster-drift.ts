import type { ObjectRef } from "@fairway/objects";

/** One field that is not as the release says. Nothing in it is secret. */
export interface FieldDrift {
  /** As in `ChangedField`. */
  readonly path: string;
  /** What somebody did: `added` the release has no such field, `removed` it is gone. */
  readonly change: "changed" | "added" | "removed";
  /** What the release says; absent where it says nothing. */
  readonly wanted?: unknown;
  /** What is there; absent where it is gone. */
  readonly live?: unknown;
  /** The values may be secret: they are shown as `(hidden)`. */
  readonly hidden: boolean;
  /** Field manager who has it now; absent where the API does not say, as of what is gone. */
  readonly manager?: string;
  /** RFC 3339: when the manager last changed anything of the object. */
  readonly at?: string;
  /** It was left to whoever has set it: no rollout touches it, and a repair neither. */
  readonly kept: boolean;
}

/**
 * One object that is not as the release says: `deleted`; `replaced` somebody deleted it and made another one;
 * `foreign` it does not carry our labels any more; `extra` it carries them, and no release made it.
 */
export interface ObjectDrift extends ObjectRef {
  readonly change: "changed" | "deleted" | "replaced" | "foreign" | "extra";
  readonly fields: readonly FieldDrift[];
  /** Of one that was made by hand: who made it, and when. */
  readonly manager?: string;
  readonly at?: string;
}

/** What was changed by hand in one cluster. */
export interface ClusterDrift {
  readonly cluster: string;
  /** False: nothing is known about it; `problems` say why. */
  readonly compared: boolean;
  readonly objects: readonly ObjectDrift[];
  /** The epoch of an inventory that is older than what was rolled out there: the cluster was put back to an earlier state. */
  readonly putBackTo?: number;
  readonly problems: readonly string[];
}
