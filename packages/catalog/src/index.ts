export { type Declared, type DependencyGraph, dependencyGraph } from "./dependency-graph.ts";
export * from "./ports.ts";
export { type Searchable, searchServices } from "./search-services.ts";
export { type HealthInClusters, type SeenInCluster, type ServiceHealth, serviceHealth } from "./service-health.ts";
