import type { ReleaseStore, Snapshots } from "@fairway/catalog";
import type { SnapshotStore } from "@fairway/images";

/** How long releases can be rolled back to. */
export interface Retention {
  /** Releases of each service and environment that keep their snapshot. */
  readonly kept: number;
  /** Rollouts of each service and environment that are remembered. */
  readonly rollouts?: number;
  /** Milliseconds after a change of a rollout; several that end together are one occasion. */
  readonly after: number;
}

export const defaultRetention: Retention = { kept: 10, after: 5_000 };

/** Retires old releases and deletes the snapshots that none needs any more. Gives how many were deleted. */
export async function retireReleases(
  kept: number,
  releases: ReleaseStore,
  snapshots: Snapshots,
  files: SnapshotStore,
): Promise<number> {
  const unneeded = await releases.retire(kept);
  for (const digest of unneeded) {
    // The record goes last: as long as it is there, the next run tries again.
    await files.remove(digest);
    await snapshots.remove(digest);
  }
  return unneeded.length;
}
