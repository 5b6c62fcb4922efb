import type { ClusterRecord, ReleaseRecord, RolloutListing } from "@fairway/catalog";

/**
 * Whether a service was brought to a cluster. A release may be older than the cluster and know another one of its name, that
 * was forgotten.
 *
 * @param running its active release
 * @param newest its newest rollout
 */
export function isIn(
  { name, createdAt }: ClusterRecord,
  running: Pick<ReleaseRecord, "objects">,
  newest: Pick<RolloutListing, "createdAt"> | undefined,
): boolean {
  return Object.hasOwn(running.objects, name) && (newest === undefined || newest.createdAt >= createdAt);
}
