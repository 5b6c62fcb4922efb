import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@fairway/api";
import type { ClusterListener, ClusterStatus, KubeconfigLimits } from "@fairway/kube";
import { isPod, type KubernetesObject } from "@fairway/objects";
import { ClusterError } from "@fairway/rollout";
import { type MemoryCluster, memoryCluster } from "@fairway/rollout/testing";
import type { Connection } from "../clusters/cluster-link.ts";
import type { ImageClient } from "../images/image-client.ts";
import type { Retention } from "../releases/retention.ts";
import { startServer } from "../start-server.ts";

export interface TestServer {
  readonly url: string;
  readonly home: string;
  readonly token: string;
  readonly client: Client;
  /** What the server wrote to its log, the processes before a restart included. */
  readonly log: string[];
  readonly clusters: { readonly alpha: TestCluster; readonly beta: TestCluster };
  /** Is not registered yet; `registerGamma` does. */
  readonly gamma: TestCluster;
  /** Ends this process of the server and starts another one on the same home. @param between done while there is none */
  restart(between?: () => Promise<void>): Promise<TestServer>;
  stop(): Promise<void>;
}

interface TestOptions {
  /** PostgreSQL instead of a database in the folder. */
  readonly databaseUrl?: string;
  readonly retention?: Retention;
  readonly images?: ImageClient;
  readonly kubeconfigLimits?: KubeconfigLimits;
  /** Nobody looks for changes by hand unless told. */
  readonly driftInterval?: number;
  readonly webhookBackOff?: readonly number[];
}

/** The real server over a real database, with clusters in memory; on a port of its own, in a folder that is removed. */
export async function startTestServer(options: TestOptions = {}): Promise<TestServer> {
  const home = await mkdtemp(join(tmpdir(), "fairway-server-"));
  return startOn(home, { alpha: testCluster("alpha"), beta: testCluster("beta") }, testCluster("gamma"), options);
}

async function startOn(
  folder: string,
  clusters: TestServer["clusters"],
  gamma: TestCluster,
  options: TestOptions,
  log: string[] = [],
): Promise<TestServer> {
  const server = await startServer(
    {
      home: folder,
      port: 0,
      edgePort: 7080,
      publicUrl: undefined,
      databaseUrl: options.databaseUrl,
      embeddedClusters: Object.keys(clusters).map((name, index) => ({
        name,
        environment: "prod",
        addressTemplate: `http://127.0.0.1:{${21_000 + index * 1_000}+number}`,
        gateway: `127.0.0.1:${20_000 + index}`,
        generation: 1,
        stopped: false,
      })),
      keptRollouts: 200,
      keptFor: undefined,
      driftInterval: options.driftInterval ?? 0,
      kubeconfigLimits: options.kubeconfigLimits ?? { programs: [], folders: [] },
    },
    { on: () => undefined },
    {
      info: (message, fields) => log.push(`${message} ${JSON.stringify(fields)}`),
      error: (message, fields) => log.push(`error: ${message} ${String(fields?.["error"])}`),
    },
    {
      // The context of a registered kubeconfig says which of the clusters it is for.
      connect: async ({ name, context = name }) => {
        const cluster = [...Object.values(clusters), gamma].find((one) => one.name === context);
        if (cluster === undefined) throw new Error(`no cluster ${name}`);
        return connection(cluster);
      },
      ...(options.webhookBackOff === undefined ? {} : { webhookBackOff: options.webhookBackOff }),
      ...(options.retention === undefined ? {} : { retention: options.retention }),
      ...(options.images === undefined ? {} : { images: options.images }),
    },
  );
  const url = `http://127.0.0.1:${server.port}`;
  const token = (await readFile(join(folder, "admin-token"), "utf8")).trim();
  return {
    ...{ url, home: folder, token, log, clusters, gamma },
    client: createClient({ baseUrl: url, token }),
    async restart(between) {
      await server.stop();
      await between?.();
      return startOn(folder, clusters, gamma, options, log);
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Registers the third cluster, in an environment of its own unless told. Gives the fleet rollout that brings services there. */
export async function registerGamma({ client }: TestServer, environment = "staging"): Promise<number | undefined> {
  const kubeconfig = `apiVersion: v1
kind: Config
current-context: gamma
contexts: [{name: gamma, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: {token: t}}]
`;
  return (await client.addCluster({ body: { name: "gamma", environment, context: "gamma", kubeconfig } })).fleet;
}

const systemClock = {
  now: () => Date.now(),
  sleep: (milliseconds: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds).unref();
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
};

interface TestCluster extends MemoryCluster {
  isCut(): boolean;
}

/** A cluster in memory whose loss and return are seen at once. */
function testCluster(name: string): TestCluster {
  // Embedded ones have our gateway.
  const cluster = memoryCluster(name, systemClock, { router: "gateway" });
  const listeners = new Set<() => void>();
  let isCut = false;
  const tell = (cut: boolean) => {
    isCut = cut;
    for (const listener of listeners) listener();
  };
  return {
    ...cluster,
    isCut: () => isCut,
    cut() {
      cluster.cut();
      tell(true);
    },
    mend() {
      cluster.mend();
      tell(false);
    },
    onChange(listener) {
      const stop = cluster.onChange(listener);
      listeners.add(listener);
      return () => {
        stop();
        listeners.delete(listener);
      };
    },
  };
}

/** What `@fairway/kube` adds to the Cluster port, over a cluster in memory. */
function connection(cluster: TestCluster): Connection {
  const status = (): ClusterStatus => ({
    reachable: !cluster.isCut(),
    reason: cluster.isCut() ? "connect ECONNREFUSED" : undefined,
    version: "v1.36.0",
    nodes: 1,
    missingPermissions: [],
    lastSeenAt: Date.now(),
  });
  return {
    ...cluster,
    watchCluster(listener: ClusterListener) {
      const tell = () => {
        listener.status(status());
        if (cluster.isCut()) return;
        const byNamespace = Map.groupBy(cluster.objects(), namespaceOf);
        for (const [namespace, objects] of byNamespace) {
          if (namespace !== "") {
            listener.observed({ cluster: cluster.name, namespace, at: Date.now(), objects, events: [] });
          }
        }
      };
      tell();
      return { status, stop: cluster.onChange(tell) };
    },
    async *streamLog(pod) {
      const found = cluster.objects(pod.namespace).filter(isPod);
      if (!found.some(({ metadata }) => metadata.name === pod.name)) {
        throw new ClusterError("not-found", cluster.name, "no such pod");
      }
      yield `2026-01-01T00:00:00.000Z hello from ${pod.name}`;
      yield `2026-01-01T00:00:01.000Z bye from ${pod.name}`;
    },
    close() {},
  };
}

function namespaceOf(object: KubernetesObject): string {
  return object.metadata.namespace ?? (object.kind === "Namespace" ? object.metadata.name : "");
}
