export {
  type ActResult,
  type AdoptionAct,
  type AdoptionFacts,
  type AdoptionTurn,
  nextOfAdoption,
  turnOf,
} from "./adoption/next-of-adoption.ts";
export { type Declared, type DependencyGraph, dependencyGraph } from "./dependency-graph.ts";
export { type FleetCandidate, type FleetPlace, fleetOrder } from "./fleet/fleet-order.ts";
export { type FleetStep, nextOfFleet } from "./fleet/next-of-fleet.ts";
export type * from "./ports/adoptions.ts";
export type * from "./ports/audit.ts";
export type * from "./ports/clusters.ts";
export type * from "./ports/drains.ts";
export type * from "./ports/fleets.ts";
export type * from "./ports/kept-fields.ts";
export type * from "./ports/profiles.ts";
export type * from "./ports/registries.ts";
export type * from "./ports/releases.ts";
export type * from "./ports/rollout-index.ts";
export type * from "./ports/services.ts";
export type * from "./ports/snapshots.ts";
export type * from "./ports/webhooks.ts";
export { type Searchable, searchServices } from "./search-services.ts";
export { type HealthInClusters, type SeenInCluster, type ServiceHealth, serviceHealth } from "./service-health.ts";
