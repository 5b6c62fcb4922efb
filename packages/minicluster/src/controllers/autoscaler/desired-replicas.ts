/** A change that is smaller than this share is none (`--horizontal-pod-autoscaler-tolerance`). */
const tolerance = 0.1;
/** In one step replicas may grow to twice as many, or to this number. */
const firstStep = 4;

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/**
 * How many replicas bring the pods' use to its target: `ceil(use / target * pods)` (k8s.io/kubernetes
 * pkg/controller/podautoscaler/replica_calculator.go). Pods of which nothing is known count as used to the full on the
 * way down and as idle on the way up.
 *
 * @param used Cores of each pod; undefined: not known, or not ready
 * @param requested Cores that each pod requests, all the same
 * @param target Percent of the request
 * @returns undefined when nothing is known of any pod
 */
export function replicasForUse(
  current: number,
  used: readonly (number | undefined)[],
  requested: number,
  target: number,
): { readonly replicas: number; readonly utilization: number } | undefined {
  const known = used.filter((one) => one !== undefined);
  if (known.length === 0 || requested <= 0) return undefined;
  const ratioOf = (values: readonly number[]): number =>
    (100 * values.reduce((sum, value) => sum + value, 0)) / (requested * values.length) / target;
  const first = ratioOf(known);
  const utilization = Math.round(first * target);
  const isSmall = (ratio: number): boolean => Math.abs(ratio - 1) <= tolerance;
  if (known.length === used.length) {
    return { replicas: isSmall(first) ? current : Math.ceil(first * known.length), utilization };
  }
  const unknown = first < 1 ? requested : 0;
  const second = ratioOf(used.map((one) => one ?? unknown));
  if (isSmall(second) || first < 1 !== second < 1) return { replicas: current, utilization };
  const replicas = Math.ceil(second * used.length);
  return { replicas: second < 1 ? Math.min(replicas, current) : Math.max(replicas, current), utilization };
}

/** Within the bounds, not up too fast, and not down while a higher number was right a moment ago. */
export function limited(current: number, wanted: number, recent: readonly number[], bounds: Bounds): number {
  const highest = Math.max(wanted, ...recent);
  const settled = wanted < current ? Math.min(current, highest) : wanted;
  const ceiling = Math.min(bounds.max, Math.max(2 * current, firstStep));
  return Math.max(bounds.min, Math.min(ceiling, settled));
}
