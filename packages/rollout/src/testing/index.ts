export { type OldShop, oldShop } from "../adopt/testing/old-shop.ts";
export { checkAtRest } from "./check-at-rest.ts";
export { checkJournal } from "./check-journal.ts";
export { type Met, met } from "./data-path.ts";
export { type ClusterCall, interceptCluster, interceptJournal, type JournalCall } from "./intercept.ts";
export { type Behaviour, type MemoryCluster, memoryCluster } from "./memory-cluster.ts";
export { memoryJournal } from "./memory-journal.ts";
export {
  type Asking,
  type EngineHooks,
  type OpenCluster,
  type ReleaseOptions,
  type Scenario,
  scenario,
  scenarioOver,
  serving,
} from "./scenario.ts";
export { type VirtualClock, virtualClock } from "./virtual-clock.ts";
