export { type ClusterCall, interceptCluster, interceptJournal, type JournalCall } from "./intercept.ts";
export { type Behaviour, type MemoryCluster, memoryCluster } from "./memory-cluster.ts";
export { memoryJournal } from "./memory-journal.ts";
export { type VirtualClock, virtualClock } from "./virtual-clock.ts";
