export {
  type ClusterOverOptions,
  type ConnectedCluster,
  type ConnectOptions,
  clusterOver,
  connectCluster,
} from "./connect-cluster.ts";
export type { ApiRequest, ApiResponse, Transport } from "./http/transport.ts";
export { KubeconfigError } from "./kubeconfig/kubeconfig-error.ts";
export type { KubeconfigLimits } from "./kubeconfig/kubeconfig-limits.ts";
export { inspectKubeconfig, type KubeconfigFacts, type KubeconfigSource } from "./kubeconfig/load-kubeconfig.ts";
export type { PodName, StreamLogOptions } from "./objects/pod-logs.ts";
export { type NamespaceObjects, readNamespace } from "./objects/read-namespace.ts";
export { accountYaml } from "./rights/account.ts";
export { type MakeAccountOptions, makeAccount } from "./rights/make-account.ts";
export { systemTime, type Time } from "./system-time.ts";
export type { ClusterListener, ClusterStatus, ClusterView, ClusterWatch } from "./watch/cluster-view.ts";
