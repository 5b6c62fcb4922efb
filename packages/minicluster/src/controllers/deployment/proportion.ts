/** One ReplicaSet that has pods. */
export interface Sized {
  readonly name: string;
  readonly wanted: number;
  /** What the Deployment could have had at most when this one was sized; undefined when that is not known. */
  readonly mostBefore: number | undefined;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

/**
 * Sizes for a Deployment that is scaled in the middle of a rollout: each of its ReplicaSets gets or loses its share, and the largest
 * what rounding leaves (k8s.io/kubernetes `pkg/controller/deployment/sync.go`, `scale`, and `util/deployment_util.go`,
 * `GetReplicaSetProportion`).
 *
 * @param replicas what the Deployment wants
 * @param most what it may have at once
 * @param count pods that it has now, for sets whose `mostBefore` is not known
 */
export function proportionalSizes(
  replicas: number,
  most: number,
  count: number,
  sets: readonly Sized[],
): ReadonlyMap<string, number> {
  const missing = (replicas > 0 ? most : 0) - sets.reduce((sum, { wanted }) => sum + wanted, 0);
  const newestFirst = missing > 0 ? 1 : -1;
  const sorted = sets.toSorted((a, b) => b.wanted - a.wanted || newestFirst * (b.created - a.created));
  const sizes = new Map<string, number>();
  let added = 0;
  for (const { name, wanted, mostBefore } of sorted) {
    const before = mostBefore ?? count;
    const fraction = replicas === 0 ? -wanted : before === 0 ? 0 : Math.round((wanted * most) / before) - wanted;
    const share = missing > 0 ? Math.min(fraction, missing - added) : Math.max(fraction, missing - added);
    sizes.set(name, wanted + (missing === 0 ? 0 : share));
    added += missing === 0 ? 0 : share;
  }
  const [largest] = sorted;
  if (largest && missing !== 0) {
    sizes.set(largest.name, Math.max(0, (sizes.get(largest.name) ?? 0) + missing - added));
  }
  return sizes;
}
