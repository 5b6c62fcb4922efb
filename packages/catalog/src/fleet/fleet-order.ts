import { type DependencyGraph, dependencyGraph } from "../dependency-graph.ts";
import type { ServiceProfile } from "../ports/releases.ts";

/** What the order of a fleet rollout is made of. */
export interface FleetCandidate {
  readonly name: string;
  readonly kind: ServiceProfile["kind"];
  readonly dependencies: readonly string[];
  /** Promised percent of requests that succeed; undefined: nothing is promised. */
  readonly availability: number | undefined;
}

/** A service at its place in the order, with what put it there. */
export interface FleetPlace {
  readonly service: string;
  readonly kind: ServiceProfile["kind"];
  /** Services that stop with it, because they call it or one that does. */
  readonly dependents: number;
  readonly availability: number | undefined;
}

/** From what nobody waits for to what earns the money. */
const kinds: Readonly<Record<ServiceProfile["kind"], number>> = { job: 0, infrastructure: 1, frontend: 2, business: 3 };

/**
 * The services of an environment, the least critical first: jobs, for which nobody waits; then by how many others depend
 * on a service, directly or through others; then by what it promises (`[slo] availability`); then by its kind
 * (infrastructure, frontend, business); then by name.
 */
export function fleetOrder(candidates: readonly FleetCandidate[]): readonly FleetPlace[] {
  const graph = dependencyGraph(candidates);
  const places = candidates.map(({ name, kind, availability }) => ({
    ...{ service: name, kind, availability },
    dependents: dependentsOf(name, graph),
  }));
  const rank = (place: FleetPlace): readonly number[] => [
    place.kind === "job" ? 0 : 1,
    place.dependents,
    place.availability ?? 0,
    kinds[place.kind],
  ];
  return places.sort((one, other) => {
    const ranks = rank(other);
    const first = rank(one)
      .map((value, index) => value - (ranks[index] ?? 0))
      .find((difference) => difference !== 0);
    return first ?? (one.service < other.service ? -1 : 1);
  });
}

function dependentsOf(name: string, { consumersOf }: DependencyGraph): number {
  const found = new Set<string>();
  const waiting = [name];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const caller of consumersOf(next)) {
      if (caller === name || found.has(caller)) continue;
      found.add(caller);
      waiting.push(caller);
    }
  }
  return found.size;
}
