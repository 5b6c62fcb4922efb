import type { Cluster } from "@fairway/rollout";
import { createApiClient } from "./http/api-client.ts";
import { socketTransport } from "./http/socket-transport.ts";
import type { Transport } from "./http/transport.ts";
import { type CredentialsSource, openCredentials } from "./kubeconfig/credentials.ts";
import { clusterNodes } from "./objects/cluster-nodes.ts";
import { clusterObjects } from "./objects/cluster-objects.ts";
import { readLog, streamLog } from "./objects/pod-logs.ts";
import { missingRights } from "./rights/missing-rights.ts";
import { neededRights } from "./rights/needed-rights.ts";
import { readVersion } from "./rights/read-version.ts";
import { systemTime, type Time } from "./system-time.ts";
import type { ClusterCopy } from "./watch/cluster-copy.ts";
import type { ClusterView } from "./watch/cluster-view.ts";
import { followNamespace } from "./watch/follow-namespace.ts";
import { watchCluster } from "./watch/watch-cluster.ts";

interface CallOptions {
  /** What Fairway calls the cluster. */
  readonly name: string;
  /** For each call with its repetitions; 10 s by default. */
  readonly deadlineMilliseconds?: number;
  /** Before the first repetition of a call; 200 ms by default. */
  readonly firstWaitMilliseconds?: number;
  /** How often a silent API is asked whether it is there; 5 s by default. */
  readonly probeMilliseconds?: number;
  /** How long one watch request lasts, in seconds; 40 by default: what stands between cuts silent connections after a minute. */
  readonly watchSeconds?: number;
  /** Told what was tried again; one line each, without secrets. */
  readonly log?: (line: string) => void;
}

export interface ConnectOptions extends CredentialsSource, CallOptions {}

export interface ClusterOverOptions extends CallOptions {
  readonly transport: Transport;
  /** The machine's by default. */
  readonly time?: Time;
}

/** A cluster for the engine, and for the catalog's pages. */
export interface ConnectedCluster extends Cluster, ClusterView {
  /** Ends every call, watch and connection; safe to repeat. */
  close(): void;
}

/**
 * The Cluster port over a kubeconfig. Contacts nothing yet: the cluster need not answer now. Throws `KubeconfigError`.
 */
export async function connectCluster(options: ConnectOptions): Promise<ConnectedCluster> {
  const credentials = await openCredentials(options);
  const cluster = overTransport({ ...options, transport: socketTransport(credentials) }, credentials.server.host);
  return {
    ...cluster,
    close: () => {
      cluster.close();
      credentials.close();
    },
  };
}

/** The Cluster port over a transport of the caller's, who also has the credentials: a simulation's, which needs no sockets. */
export function clusterOver(options: ClusterOverOptions): ConnectedCluster {
  return overTransport(options, options.name);
}

function overTransport(options: ClusterOverOptions, host: string): ConnectedCluster {
  const closed = new AbortController();
  const firstWait = options.firstWaitMilliseconds ?? 200;
  const probe = options.probeMilliseconds ?? 5_000;
  const deadline = options.deadlineMilliseconds ?? 10_000;
  const times = {
    patience: deadline,
    waits: { first: firstWait, longest: 3_000 },
    probe,
    nodes: 60_000,
    watchSeconds: options.watchSeconds ?? 40,
  };
  const log = options.log ?? (() => {});
  const client = createApiClient(options.transport, {
    cluster: options.name,
    host,
    time: options.time ?? systemTime,
    deadline,
    firstWait,
  });
  let copy: ClusterCopy | undefined;

  return {
    name: options.name,
    ...clusterObjects(client),
    async check(signal, kinds) {
      const [version, missingPermissions] = await Promise.all([
        readVersion(client, signal),
        missingRights(client, neededRights(kinds), signal),
      ]);
      return { version, missingPermissions };
    },
    follow: (namespace, signal) =>
      followNamespace(client, namespace, times, AbortSignal.any([signal, closed.signal]), copy),
    nodes: clusterNodes(client),
    log: readLog(client),
    watchCluster(listener) {
      const watch = watchCluster(client, times, log, listener, closed.signal);
      copy = watch.copy;
      return { status: watch.status, stop: watch.stop };
    },
    streamLog: (pod, of, signal) => streamLog(client, pod, of, AbortSignal.any([signal, closed.signal])),
    close: () => closed.abort(),
  };
}
