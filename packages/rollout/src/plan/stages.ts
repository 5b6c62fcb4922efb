import type { Phase } from "../state/rollout-event.ts";

/** A phase, of one wave of clusters or of all. */
export interface Stage {
  readonly phase: Phase;
  /** Index among the plan's waves. */
  readonly wave?: number;
}

/**
 * The way of a rollout. All clusters are prepared, and get what workloads refer to, before the first one gets a workload: what
 * can be refused is refused before anything is replaced. Then wave after wave takes the new release.
 */
export function stagesOf(
  waves: readonly (readonly string[])[],
  of: { readonly removal: boolean; readonly migrates: boolean; readonly shifts: boolean },
): readonly Stage[] {
  if (of.removal) return [{ phase: "prepare" }, { phase: "cleanup" }];
  const perWave = waves.flatMap((_, wave): readonly Stage[] => [
    { phase: "app", wave },
    ...(of.shifts ? [{ phase: "balancing", wave } as const] : []),
  ]);
  return [
    { phase: "prepare" },
    { phase: "init" },
    ...(of.migrates ? [{ phase: "db" } as const] : []),
    ...perWave,
    { phase: "cleanup" },
  ];
}

/** The waves of these clusters: those that are named, in their order, then all others together. */
export function wavesOf(
  clusters: readonly string[],
  named: readonly (readonly string[])[],
): readonly (readonly string[])[] {
  const known = named.map((wave) => wave.filter((name) => clusters.includes(name)));
  const rest = clusters.filter((name) => !known.flat().includes(name));
  return [...known, rest].filter((wave) => wave.length > 0);
}
