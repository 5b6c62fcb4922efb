export type * from "./adoption/adoption-record.ts";
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
export * from "./ports.ts";
export { type Searchable, searchServices } from "./search-services.ts";
export { type HealthInClusters, type SeenInCluster, type ServiceHealth, serviceHealth } from "./service-health.ts";
