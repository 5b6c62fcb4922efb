import type { kubernetesEvent } from "@fairway/api";
import { isEvent, type KubernetesObject } from "@fairway/objects";
import type { z } from "zod";
import type { PooledCluster } from "../clusters/cluster-pool.ts";

type EventView = z.infer<typeof kubernetesEvent>;

/** What the clusters say happened to a service, newest first. */
export function serviceEvents(clusters: readonly PooledCluster[], namespace: string): EventView[] {
  return clusters
    .flatMap(({ record, link }) =>
      (link?.namespace(namespace)?.events ?? []).flatMap((event) => eventView(record.name, event)),
    )
    .sort((a, b) => (a.at < b.at ? 1 : -1));
}

const askedFor = [
  { apiVersion: "apps/v1", kind: "ReplicaSet" },
  { apiVersion: "v1", kind: "Pod" },
  { apiVersion: "v1", kind: "ConfigMap" },
  { apiVersion: "v1", kind: "ServiceAccount" },
  { apiVersion: "v1", kind: "ResourceQuota" },
  { apiVersion: "v1", kind: "LimitRange" },
  { apiVersion: "batch/v1", kind: "Job" },
  { apiVersion: "batch/v1", kind: "CronJob" },
  { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler" },
  { apiVersion: "policy/v1", kind: "PodDisruptionBudget" },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
  { apiVersion: "networking.k8s.io/v1", kind: "Ingress" },
  // Where a cluster has no such kind there is none.
  { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding" },
];

/** A service's objects as the clusters have them. */
export async function serviceObjects(clusters: readonly PooledCluster[], namespace: string, signal: AbortSignal) {
  const lists = await Promise.all(
    clusters.map(async ({ record, link }) => {
      // Most are followed as they are; others not at all, or only as far as the pages need them: those are asked for.
      const followed = link?.namespace(namespace)?.objects ?? [];
      const asked = await Promise.all(
        askedFor.map(
          async (of) =>
            (await link?.cluster.list({ ...of, namespace }, signal).catch(() => undefined)) ??
            followed.filter(({ kind }) => kind === of.kind),
        ),
      );
      const kinds = new Set(askedFor.map(({ kind }) => kind));
      const objects = [...followed.filter(({ kind }) => !kinds.has(kind)), ...asked.flat()];
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
