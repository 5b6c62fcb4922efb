import type { Cause } from "@fairway/diagnosis";
import type { Gate, PrepareFinding } from "./rollout-event.ts";

/** Work in one cluster; each can be repeated from the start at any time. */
export type Step =
  | "prepare"
  | "init"
  | "migrate"
  | "app"
  /** Requests by the step of this index; of a wave. */
  | `shift-${number}`
  | "prune"
  | "remove"
  /** The former release's objects again, and nothing of the new one. */
  | "restore"
  /** Whatever is active now, for a cluster that was behind. */
  | "converge"
  | "drain"
  | "undrain";

/** How far the workloads of a release are, judged by a fresh observation. */
export interface Progress {
  readonly desired: number;
  /** Pods of this release that are ready. */
  readonly ready: number;
  readonly state: "waiting" | "ready" | "doomed";
  /** One line: `2/2`, `waiting for readiness of user-a-6d9f-x2`. */
  readonly detail: string;
  /** Worst first. */
  readonly causes: readonly Cause[];
}

/** What this engine has learned about one cluster since it began to drive; nothing of it survives the engine. */
export interface ClusterFacts {
  readonly performed: ReadonlySet<Step>;
  readonly findings?: readonly PrepareFinding[];
  /** A refusal that repeating will not change. */
  readonly failure?: Cause;
  /** Since when the cluster does not answer, in milliseconds since the epoch, and what the last try said. */
  readonly unreachable?: { readonly since: number; readonly message: string };
  /** No further try before, in milliseconds since the epoch. */
  readonly retryAt?: number;
  readonly progress?: Progress;
  /** How far the migration is, where it runs. */
  readonly migration?: {
    /** Undefined: there is no such Job any more. */
    readonly uid: string | undefined;
    readonly status: "running" | "succeeded" | "failed";
    readonly detail: string;
    readonly causes: readonly Cause[];
    /** Its last lines, oldest first. */
    readonly log?: readonly string[];
  };
  /** What routers said last of the share that they were told. */
  readonly shift?: { readonly detail: string };
  /** When `progress.ready` grew last, or waiting began; milliseconds since the epoch. */
  readonly progressedAt?: number;
  /** How long a workload may make no progress, in milliseconds, as it says itself. */
  readonly progressDeadline?: number;
}

/** What was measured last. */
export type Measured = Gate & { readonly values: readonly (number | null)[] };

export const noFacts: ClusterFacts = { performed: new Set() };
export type Facts = Readonly<Record<string, ClusterFacts>>;
