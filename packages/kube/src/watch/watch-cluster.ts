import { type KubernetesObject, kindOfResource } from "@fairway/objects";
import { ClusterError, type Observation } from "@fairway/rollout";
import type { ApiClient } from "../http/api-client.ts";
import { type ClusterCopy, keepCopy } from "./cluster-copy.ts";
import { watchStatus } from "./cluster-status.ts";
import type { ClusterListener, ClusterStatus, ClusterWatch } from "./cluster-view.ts";
import { newestEvents } from "./events-order.ts";
import { type Informer, startInformer, type Waits } from "./informer.ts";

/** What the catalog shows; each carries the label, because the renderer or a controller puts it there. */
const watched = ["namespaces", "deployments", "replicasets", "pods", "services", "endpointslices"] as const;
const ours = { "app.kubernetes.io/managed-by": "fairway" };
/** Changes that come within this time make one observation, in milliseconds. */
const coalesce = 50;

export interface WatchTimes {
  readonly waits: Waits;
  /** How long one watch request lasts. */
  readonly watchSeconds: number;
  /** How often the API is asked whether it is there, in milliseconds. */
  readonly probe: number;
  /** How often its nodes are counted, in milliseconds. */
  readonly nodes: number;
}

/** `ClusterView.watchCluster`, and what it knows, for others. */
export function watchCluster(
  client: ApiClient,
  times: WatchTimes,
  log: (line: string) => void,
  listener: ClusterListener,
  ended: AbortSignal,
): ClusterWatch & { readonly copy: ClusterCopy } {
  const stopped = new AbortController();
  const signal = AbortSignal.any([ended, stopped.signal]);
  const dirty = new Set<string>();
  const shown = new Set<string>();
  let flushing = false;

  const start = (
    resource: string,
    more: { readonly labels?: typeof ours; readonly keep?: (object: KubernetesObject) => boolean },
  ): Informer => {
    const kind = kindOfResource(resource);
    if (kind === undefined) throw new Error(`${resource} is not in the registry of kinds`);
    return startInformer({
      client,
      selection: { kind, labels: more.labels },
      waits: times.waits,
      watchSeconds: times.watchSeconds,
      signal,
      ...(more.keep === undefined ? {} : { keep: more.keep }),
      onChange: (namespace) => changed(resource, namespace),
      onTrouble: (error) => {
        log(`${client.cluster}: ${resource} cannot be followed: ${error.message}`);
        if (error.code === "unreachable") status.askNow();
        copy.failed(error, resource);
      },
      onSound: () => copy.sound(),
    });
  };
  const byResource = new Map<string, Informer>(
    watched.map((resource) => [resource, start(resource, { labels: ours })]),
  );
  const informers = [...byResource.values()];
  // Events carry no labels: which are ours is known only when the rest has been listed.
  let events: Informer | undefined;
  const copy = keepCopy({
    informer: (resource) => (resource === "events" ? events : byResource.get(resource)),
    isReachable: () => status.now().reachable,
    signal,
  });
  const status = watchStatus(client, times, () => informers.map((one) => one.trouble), statusChanged, signal);

  function statusChanged(next: ClusterStatus): void {
    // Nothing can be told from a watch that is silent now: what was sent into it may come minutes later, or never.
    if (!next.reachable) for (const one of [...informers, ...(events === undefined ? [] : [events])]) one.interrupt();
    listener.status(next);
    if (next.reachable) copy.sound();
    else copy.failed(new ClusterError("unreachable", client.cluster, next.reason ?? "it does not answer"));
  }

  function changed(resource: string, namespace: string | undefined): void {
    if (namespace !== undefined) dirty.add(namespace);
    copy.changed(resource, namespace);
    if (flushing) return;
    flushing = true;
    void client.time.sleep(coalesce, signal).then(
      () => {
        flushing = false;
        flush();
      },
      () => {},
    );
  }

  function flush(): void {
    if (signal.aborted || !informers.every((one) => one.synced)) return;
    events ??= start("events", { keep: (event) => isWanted(event.metadata.namespace ?? "") });
    const namespaces = [...dirty];
    dirty.clear();
    for (const namespace of namespaces) {
      if (isOurs(namespace)) shown.add(namespace);
      else if (!shown.delete(namespace)) continue;
      listener.observed(observe(namespace, events));
    }
  }

  /** Also of a namespace whose first objects are only on their way. */
  function isWanted(namespace: string): boolean {
    return copy.isFollowed(namespace) || isOurs(namespace);
  }

  function isOurs(namespace: string): boolean {
    return informers.some((one) => one.objects(namespace).length > 0);
  }

  function observe(namespace: string, from: Informer): Observation {
    return {
      cluster: client.cluster,
      namespace,
      at: client.time.now(),
      objects: informers.flatMap((one) => one.objects(namespace)),
      events: newestEvents(from, namespace),
    };
  }

  return {
    copy,
    status: status.now,
    stop: () => {
      stopped.abort();
      copy.failed(new ClusterError("unreachable", client.cluster, "it is not followed any more"));
    },
  };
}
