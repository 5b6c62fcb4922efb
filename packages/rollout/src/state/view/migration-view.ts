import type { MigrationState, RolloutState } from "../rollout-state.ts";
import type { LiveCluster } from "./cluster-view.ts";

/** The Job that brings the database to the new release. */
export interface MigrationView {
  readonly cluster: string;
  /** `stopped`: the rollout turned back while it ran. */
  readonly status: "waiting" | "skipped" | "stopped" | MigrationState["status"];
  /** Name of the Job, once it is there. */
  readonly job?: string;
  /** Its last lines while it is followed, oldest first; empty when nobody reads it. */
  readonly log: readonly string[];
}

/** Undefined for a rollout without a migration. Pure. */
export function migrationView(
  state: RolloutState,
  live: Readonly<Record<string, LiveCluster>>,
): MigrationView | undefined {
  const { migration } = state;
  const cluster = migration?.cluster ?? state.begun?.outline?.migration;
  if (cluster === undefined) return undefined;
  const isOver = state.end !== undefined || state.decision !== undefined;
  return {
    cluster,
    status:
      migration === undefined
        ? isOver
          ? "skipped"
          : "waiting"
        : isOver && migration.status === "running"
          ? "stopped"
          : migration.status,
    ...(migration === undefined ? {} : { job: migration.job }),
    log: live[cluster]?.migrationLog ?? [],
  };
}
