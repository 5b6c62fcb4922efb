import type { Observation } from "@fairway/rollout";
import type { PodName, StreamLogOptions } from "../objects/pod-logs.ts";

/** How a cluster is, apart from what runs in it. */
export interface ClusterStatus {
  /** False before the first answer, and while it does not answer or does not accept our credentials. */
  readonly reachable: boolean;
  /** Why it cannot be reached; while it can, what cannot be read there. */
  readonly reason: string | undefined;
  /** `v1.36.3`; the last one known. */
  readonly version: string | undefined;
  /** Undefined when they may not be counted. */
  readonly nodes: number | undefined;
  /** Rights that we lack there, as `create deployments.apps`. */
  readonly missingPermissions: readonly string[];
  /** The last answer, in milliseconds since the epoch by this machine's clock. */
  readonly lastSeenAt: number | undefined;
}

export interface ClusterListener {
  /**
   * After each change in a namespace that has objects of Fairway, changes of some 50 ms together; at first once for each. Complete: Namespace,
   * Deployments, ReplicaSets, Pods, Services and EndpointSlices with label `app.kubernetes.io/managed-by=fairway`, and
   * the newest 200 Events. Without objects when the last one is gone. Nothing is called while the cluster cannot be
   * reached: what was observed last stays what is known.
   */
  observed(observation: Observation): void;
  /** At the first answer or failure, and when anything but `lastSeenAt` is different. */
  status(status: ClusterStatus): void;
}

export interface ClusterWatch {
  /** As of now, with the newest `lastSeenAt`. */
  status(): ClusterStatus;
  stop(): void;
}

/** One cluster as the catalog's pages need it: everything of Fairway in it, and logs. */
export interface ClusterView {
  readonly name: string;
  /** Follows the cluster until it is stopped, through every disconnect. Listeners must not throw. */
  watchCluster(listener: ClusterListener): ClusterWatch;
  /**
   * Lines of a container's log, as they come. Ends with the log, or without an error when `signal` aborts. Throws
   * `ClusterError`: `not-found` for a pod that is gone, `invalid` for a container that has not started, `unreachable`
   * also when the stream breaks off.
   */
  streamLog(pod: PodName, options: StreamLogOptions, signal: AbortSignal): AsyncIterable<string>;
}
