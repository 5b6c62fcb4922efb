import type { kubernetesEvent } from "@fairway/api";
import { namespaceOf } from "@fairway/manifests";
import { isEvent, type KubernetesObject } from "@fairway/objects";
import type { z } from "zod";
import type { PooledCluster } from "../clusters/cluster-pool.ts";

type EventView = z.infer<typeof kubernetesEvent>;

/** What the clusters say happened to a service, newest first. */
export function serviceEvents(clusters: readonly PooledCluster[], service: string): EventView[] {
  return clusters
    .flatMap(({ record, link }) =>
      (link?.namespace(namespaceOf(service))?.events ?? []).flatMap((event) => eventView(record.name, event)),
    )
    .sort((a, b) => (a.at < b.at ? 1 : -1));
}

/** A service's objects as the clusters have them. */
export async function serviceObjects(clusters: readonly PooledCluster[], service: string, signal: AbortSignal) {
  const namespace = namespaceOf(service);
  const lists = await Promise.all(
    clusters.map(async ({ record, link }) => {
      // What the pages need is followed; the rest is asked for, and left out when there is no answer.
      const more = await Promise.all(
        ["ConfigMap", "ServiceAccount"].map(
          async (kind) =>
            (await link?.cluster.list({ apiVersion: "v1", kind, namespace }, signal).catch(() => [])) ?? [],
        ),
      );
      const objects = [...(link?.namespace(namespace)?.objects ?? []), ...more.flat()];
      return objects.map((object) => ({ cluster: record.name, object: { ...object } }));
    }),
  );
  return lists.flat();
}

function eventView(cluster: string, event: KubernetesObject): EventView[] {
  if (!isEvent(event)) return [];
  const at = event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp;
  if (at === undefined || at === null) return [];
  return [
    {
      cluster,
      type: event.type ?? "Normal",
      reason: event.reason ?? "",
      object: `${event.involvedObject?.kind ?? ""}/${event.involvedObject?.name ?? ""}`,
      message: event.message ?? "",
      count: event.series?.count ?? event.count ?? 1,
      at,
    },
  ];
}
