export { createEngine, type Engine, type EngineOptions } from "./engine/engine.ts";
export { defaultLimits, type Limits } from "./limits.ts";
export { type ClusterPlan, type Place, type Plan, plan } from "./plan/plan.ts";
export * from "./ports.ts";
export { fold } from "./state/fold.ts";
export { type Action, next, type Situation } from "./state/next.ts";
export { type Phase, type PrepareFinding, phases, type RolloutEvent } from "./state/rollout-event.ts";
export type { ClusterState, PhaseState, RolloutState } from "./state/rollout-state.ts";
export { type ClusterView, type LiveCluster, type PodView, type RolloutView, statusOf, view } from "./state/view.ts";
