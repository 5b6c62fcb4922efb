import type { IntOrString } from "@fairway/objects";

/** What scaling needs to know of one ReplicaSet. */
export interface Scaled {
  readonly name: string;
  /** `spec.replicas`. */
  readonly wanted: number;
  /** Pods that count as available now. */
  readonly available: number;
}

export interface RollingBounds {
  /** At most so many pods in all. */
  readonly most: number;
  /** At least so many available pods. */
  readonly least: number;
}

/**
 * The bounds of a rolling update. Percentages are of `replicas`: surge rounds up, unavailability down; when both come to
 * 0, one pod may be unavailable (k8s.io/kubernetes `pkg/controller/deployment/util`, `ResolveFenceposts`).
 */
export function rollingBounds(
  replicas: number,
  rollingUpdate: { readonly maxSurge?: IntOrString; readonly maxUnavailable?: IntOrString } | undefined,
): RollingBounds {
  const surge = share(rollingUpdate?.maxSurge ?? "25%", replicas, Math.ceil);
  const unavailable = share(rollingUpdate?.maxUnavailable ?? "25%", replicas, Math.floor);
  const allowed = surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, replicas);
  return { most: replicas + surge, least: replicas - allowed };
}

/**
 * New sizes, by name, of the ReplicaSets that shall change: the new one grows as far as the surge allows, then old ones
 * shrink as far as availability allows, beginning with pods that are not available anyway.
 *
 * @param old oldest first
 */
export function rollingStep(
  replicas: number,
  bounds: RollingBounds,
  current: Scaled,
  old: readonly Scaled[],
): ReadonlyMap<string, number> {
  const total = current.wanted + sum(old, ({ wanted }) => wanted);
  if (current.wanted > replicas) return new Map([[current.name, replicas]]);
  const room = Math.min(bounds.most - total, replicas - current.wanted);
  if (room > 0) return new Map([[current.name, current.wanted + room]]);
  return shrink(total, bounds, current, old);
}

function shrink(
  total: number,
  bounds: RollingBounds,
  current: Scaled,
  old: readonly Scaled[],
): ReadonlyMap<string, number> {
  const sizes = new Map(old.map(({ name, wanted }) => [name, wanted]));
  // New pods that are not available yet must not be counted on.
  let removable = total - bounds.least - Math.max(0, current.wanted - current.available);
  for (const { name, wanted, available } of old) {
    const count = Math.min(removable, Math.max(0, wanted - available));
    if (count <= 0) continue;
    sizes.set(name, wanted - count);
    removable -= count;
  }
  const available = current.available + sum(old, (set) => Math.min(set.available, set.wanted));
  let spare = Math.min(available - bounds.least, removable);
  for (const { name } of old) {
    const size = sizes.get(name) ?? 0;
    const count = Math.min(spare, size);
    if (count <= 0) continue;
    sizes.set(name, size - count);
    spare -= count;
  }
  return new Map(old.flatMap(({ name, wanted }) => (sizes.get(name) === wanted ? [] : [[name, sizes.get(name) ?? 0]])));
}

function share(value: IntOrString, of: number, round: (number: number) => number): number {
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return percent === undefined ? 0 : round((Number(percent) * of) / 100);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
