/** A rollout as lists show it; its progress is the engine's to tell. */
export interface RolloutListing {
  readonly number: number;
  readonly environment: string;
  readonly service: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly strategy: "rolling" | "blue-green" | "canary";
  readonly kind: "deploy" | "rollback" | "removal" | "membership" | "repair";
  readonly actor: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** `unfinished` is queued, running or restoring. A rollout that ended may still converge: see `converging`. */
  readonly status: "unfinished" | "succeeded" | "failed" | "refused";
  /** One line; undefined while unfinished and often after success. */
  readonly reason: string | undefined;
  /** RFC 3339. */
  readonly endedAt: string | undefined;
  /** Clusters that are not on the decision although the rollout ended; the engine brings them there when they return. */
  readonly converging: readonly string[];
}

/** Rollouts for lists, written by the journal. */
export interface RolloutIndex {
  /** Newest first. */
  list(filter: {
    readonly environment?: string;
    readonly service?: string;
    readonly limit: number;
  }): Promise<readonly RolloutListing[]>;
  /**
   * Forgets rollouts with their journals beyond the `keep` newest of each service and environment, and those that ended
   * more than `age` milliseconds ago, where that is said; never one that is not closed, the one that brought what is active, nor one of which a webhook has not been told yet. Gives how many.
   */
  trim(keep: number, age?: number): Promise<number>;
  /** The rollout that was created under this key. */
  byKey(idempotencyKey: string): Promise<RolloutListing | undefined>;
  /** The newest rollout of each service of an environment, by service name. */
  latest(environment: string): Promise<Readonly<Record<string, RolloutListing>>>;
}
