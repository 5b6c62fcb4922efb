import type { ServiceDetail } from "@fairway/api";
import type { ReleaseRecord } from "@fairway/catalog";
import { cronLabel } from "@fairway/manifests";
import { type CronJob, isCronJob, isHorizontalPodAutoscaler, type KubernetesObject } from "@fairway/objects";
import type { PooledCluster } from "../clusters/cluster-pool.ts";
import { publicAddresses } from "./public-addresses.ts";

type Extent = Pick<ServiceDetail, "autoscaler" | "publicAddresses" | "crons">;

/** What a service is beside its pods: its bounds, its public addresses, its crons and when they ran. */
export async function releaseExtent(
  release: ReleaseRecord | undefined,
  clusters: readonly PooledCluster[],
  namespace: string,
  signal: AbortSignal,
): Promise<Extent> {
  if (release === undefined) return {};
  const objects = Object.values(release.objects).flat().filter(isObject);
  const scaler = objects.find(isHorizontalPodAutoscaler)?.spec;
  const cpu = scaler?.metrics?.find(({ resource }) => resource.name === "cpu")?.resource.target.averageUtilization;
  const bounds = scaler && { min: scaler.minReplicas ?? 1, max: scaler.maxReplicas };
  const hosts = publicAddresses(objects);
  const crons = await Promise.all(
    clusters.map((cluster) => cronsIn(release.objects[cluster.record.name] ?? [], cluster, namespace, signal)),
  );
  return {
    ...(bounds === undefined ? {} : { autoscaler: { ...bounds, ...(cpu === undefined ? {} : { cpu }) } }),
    ...(hosts.length === 0
      ? {}
      : { publicAddresses: hosts.map(({ tls, ...at }) => (tls === undefined ? at : { ...at, tls })) }),
    ...(crons.flat().length === 0 ? {} : { crons: crons.flat() }),
  };
}

/** Asks the cluster only where there are any; one that does not answer leaves the times out. */
async function cronsIn(
  stored: readonly unknown[],
  { record, link }: PooledCluster,
  namespace: string,
  signal: AbortSignal,
): Promise<NonNullable<Extent["crons"]>> {
  const wanted = stored.filter(isObject).filter(isCronJob);
  if (wanted.length === 0) return [];
  const found = await link?.cluster
    .list({ apiVersion: "batch/v1", kind: "CronJob", namespace }, signal)
    .catch(() => undefined);
  return wanted.map(({ metadata, spec }) => {
    const live = found?.filter(isCronJob).find((one) => one.metadata.name === metadata.name)?.status;
    return {
      name: metadata.labels?.[cronLabel] ?? metadata.name,
      schedule: spec?.schedule ?? "",
      cluster: record.name,
      ...timesOf(live),
    };
  });
}

function timesOf(status: CronJob["status"]) {
  const { lastScheduleTime, lastSuccessfulTime } = status ?? {};
  return {
    ...(lastScheduleTime === undefined ? {} : { lastRunAt: lastScheduleTime }),
    ...(lastSuccessfulTime === undefined ? {} : { lastSuccessAt: lastSuccessfulTime }),
  };
}

/** Stored by us from what the renderer made. */
function isObject(value: unknown): value is KubernetesObject {
  return typeof value === "object" && value !== null && "kind" in value && "apiVersion" in value && "metadata" in value;
}
