export { type ClusterCall, interceptCluster, interceptJournal, type JournalCall } from "./intercept.ts";
export { type Behaviour, type MemoryCluster, memoryCluster } from "./memory-cluster.ts";
export { memoryJournal } from "./memory-journal.ts";
export {
  type EngineHooks,
  type OpenCluster,
  type ReleaseOptions,
  type Scenario,
  scenarioOver,
  serving,
} from "./scenario.ts";
export { type VirtualClock, virtualClock } from "./virtual-clock.ts";
