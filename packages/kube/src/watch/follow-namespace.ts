import { kindOfResource } from "@fairway/objects";
import { ClusterError, type Observation } from "@fairway/rollout";
import type { ApiClient } from "../http/api-client.ts";
import type { Selection } from "../objects/list-objects.ts";
import { readVersion } from "../rights/read-version.ts";
import type { ClusterCopy } from "./cluster-copy.ts";
import { newestEvents } from "./events-order.ts";
import { hasCaughtUp } from "./has-caught-up.ts";
import { type Informer, startInformer, type Waits } from "./informer.ts";

/** What a rollout looks at. */
const followed = ["namespaces", "deployments", "replicasets", "pods", "configmaps"] as const;

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
  /** How long the copy of a whole cluster is waited for, in milliseconds, before a namespace is followed without it. */
  readonly patience: number;
}

/**
 * `Cluster.follow`: throws the first trouble, after the client's own repetitions, and leaves the next try to the caller.
 *
 * @param copy of the whole cluster, where somebody keeps one: each kind that it has, and that has caught up with now, is read
 * from there; all others are followed by requests of their own
 */
export async function* followNamespace(
  client: ApiClient,
  namespace: string,
  times: FollowTimes,
  signal: AbortSignal,
  copy?: ClusterCopy,
): AsyncGenerator<Observation> {
  const ended = new AbortController();
  const stop = AbortSignal.any([signal, ended.signal]);
  /** Of kinds whose copy is being compared with what there is now. */
  const looks = new Map<string, () => void>();
  const shared = new Set<string>();
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
  signal.addEventListener("abort", wake, { once: true });
  const leave = copy?.join(namespace, {
    changed(resource) {
      looks.get(resource)?.();
      wake();
    },
    failed(error, resource) {
      if (resource === undefined ? shared.size > 0 : shared.has(resource)) fail(error);
    },
  });

  try {
    await copySettled();
    const informers = await Promise.all(followed.map(informerOf));
    // Events only explain: without the right to read them a rollout still goes on.
    const events = (shared.size > 0 ? copy?.informer("events") : undefined) ?? start("events", () => {});
    // Whoever keeps the copy asks for all.
    if (shared.size === 0) void probe();
    wake();
    for (;;) {
      await changed.promise;
      if (signal.aborted) return;
      if (trouble !== undefined) throw trouble;
      await settled();
      changed = Promise.withResolvers();
      if (signal.aborted) return;
      if (trouble !== undefined) throw trouble;
      if (!informers.every((informer) => informer.synced)) continue;
      yield {
        cluster: client.cluster,
        namespace,
        at: client.time.now(),
        objects: informers.flatMap((informer) => informer.objects(namespace)),
        events: newestEvents(events, namespace),
      };
    }
  } finally {
    signal.removeEventListener("abort", wake);
    leave?.();
    ended.abort();
  }

  async function settled(): Promise<void> {
    const end = client.time.elapsed() + coalesce.longest;
    for (let before = -1; before !== changes && client.time.elapsed() < end && !signal.aborted; ) {
      before = changes;
      await client.time.sleep(coalesce.quiet, signal).catch(() => {});
    }
  }

  /** Right after a start, or when the cluster is back, the copy comes soon. */
  async function copySettled(): Promise<void> {
    if (copy === undefined) return;
    const late = new AbortController();
    const waited = client.time.sleep(times.patience, AbortSignal.any([stop, late.signal])).catch(() => {});
    const resources = [...followed, "events"];
    await Promise.race([copy.settled(resources, AbortSignal.any([stop, late.signal])).catch(() => {}), waited]);
    late.abort();
  }

  async function informerOf(resource: string): Promise<Informer> {
    const of = copy?.informer(resource);
    if (of !== undefined) {
      const caughtUp = await hasCaughtUp({
        ...{ client, patience: times.patience, signal: stop },
        selection: { ...selectionOf(resource, namespace), labels: of.selection.labels },
        shown: () => of.objects(namespace),
        onChange: (look) => void looks.set(resource, look),
      });
      looks.delete(resource);
      if (caughtUp && copy?.informer(resource) === of) {
        shared.add(resource);
        return of;
      }
    }
    return start(resource, fail);
  }

  function start(resource: string, onTrouble: (error: ClusterError) => void): Informer {
    return startInformer({
      client,
      selection: selectionOf(resource, namespace),
      waits: times.waits,
      watchSeconds: times.watchSeconds,
      signal: stop,
      onChange: () => wake(),
      onTrouble,
    });
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
