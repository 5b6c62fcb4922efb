import { kindOfResource } from "@fairway/objects";
import { ClusterError, type Observation } from "@fairway/rollout";
import type { ApiClient } from "../http/api-client.ts";
import type { Selection } from "../objects/list-objects.ts";
import { readVersion } from "../rights/read-version.ts";
import { newestEvents } from "./events-order.ts";
import { type Informer, startInformer, type Waits } from "./informer.ts";

/** What a rollout looks at. */
const followed = [
  "namespaces",
  "deployments",
  "replicasets",
  "pods",
  "services",
  "endpointslices",
  "jobs",
  "configmaps",
] as const;

/** Changes that come one upon the other make one observation; in milliseconds. */
const coalesce = {
  /** Without a change for so long, it is made. */
  quiet: 10,
  /** From the first change; what goes on for longer makes several. */
  longest: 50,
};

export interface FollowTimes {
  readonly waits: Waits;
  /** How long one watch request lasts. */
  readonly watchSeconds: number;
  /** While nothing changes, the API is asked so often whether it is still there, in milliseconds. */
  readonly probe: number;
}

/** `Cluster.follow`: throws the first trouble, after the client's own repetitions, and leaves the next try to the caller. */
export async function* followNamespace(
  client: ApiClient,
  namespace: string,
  times: FollowTimes,
  signal: AbortSignal,
): AsyncGenerator<Observation> {
  const ended = new AbortController();
  const stop = AbortSignal.any([signal, ended.signal]);
  let trouble: ClusterError | undefined;
  let changed = Promise.withResolvers<void>();
  let changes = 0;
  const wake = () => {
    changes += 1;
    changed.resolve();
  };
  const fail = (error: ClusterError) => {
    trouble ??= error;
    wake();
  };
  const start = (resource: string, onTrouble: (error: ClusterError) => void): Informer =>
    startInformer({
      client,
      selection: selectionOf(resource, namespace),
      waits: times.waits,
      watchSeconds: times.watchSeconds,
      signal: stop,
      onChange: () => wake(),
      onTrouble,
    });
  const informers = followed.map((resource) => start(resource, fail));
  // Events only explain: without the right to read them a rollout still goes on.
  const events = start("events", () => {});
  signal.addEventListener("abort", wake, { once: true });
  void probe();

  try {
    for (;;) {
      await changed.promise;
      if (signal.aborted) return;
      if (trouble !== undefined) throw trouble;
      await settled();
      changed = Promise.withResolvers();
      if (signal.aborted) return;
      if (trouble !== undefined) throw trouble;
      if (informers.every((informer) => informer.synced)) yield observe();
    }
  } finally {
    signal.removeEventListener("abort", wake);
    ended.abort();
  }

  async function settled(): Promise<void> {
    const end = client.time.elapsed() + coalesce.longest;
    for (let before = -1; before !== changes && client.time.elapsed() < end && !signal.aborted; ) {
      before = changes;
      await client.time.sleep(coalesce.quiet, signal).catch(() => {});
    }
  }

  function observe(): Observation {
    return {
      cluster: client.cluster,
      namespace,
      at: client.time.now(),
      objects: informers.flatMap((informer) => informer.objects(namespace)),
      events: newestEvents(events, namespace),
    };
  }

  /** A connection that died silently brings neither events nor an end. */
  async function probe(): Promise<void> {
    while (!stop.aborted) {
      await client.time.sleep(times.probe, stop).catch(() => {});
      if (stop.aborted) return;
      try {
        await readVersion(client, stop);
      } catch (error) {
        if (!stop.aborted && error instanceof ClusterError && error.code === "unreachable") fail(error);
      }
    }
  }
}

function selectionOf(resource: string, namespace: string): Selection {
  const kind = kindOfResource(resource);
  if (kind === undefined) throw new Error(`${resource} is not in the registry of kinds`);
  return kind.namespaced ? { kind, namespace } : { kind, fields: { "metadata.name": namespace } };
}
