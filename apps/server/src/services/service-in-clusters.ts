import type { ServiceSummary } from "@fairway/api";
import { type ReleaseRecord, type SeenInCluster, type ServiceRecord, serviceHealth } from "@fairway/catalog";
import { diagnose } from "@fairway/diagnosis";
import { resolveAddress } from "@fairway/manifests";
import type { PooledCluster } from "../clusters/cluster-pool.ts";
import { releaseOfLabel } from "../releases/same-objects.ts";
import { workloadView } from "../views/workload-view.ts";
import { subjectIn } from "./service-causes.ts";

/** What is decided about one service of an environment. */
export interface Decision {
  readonly namespace: string;
  /** The active release; undefined when none is. */
  readonly release: ReleaseRecord | undefined;
  /** Whether a rollout is under way. */
  readonly rolling: boolean;
  /** Names of the clusters that take no traffic. */
  readonly drained: ReadonlySet<string>;
}

type InCluster = ServiceSummary["clusters"][number];

/** A service in the clusters of its environment, as last seen, judged by the catalog. @param now milliseconds since the epoch */
export function serviceInClusters(
  record: ServiceRecord,
  decision: Decision,
  clusters: readonly PooledCluster[],
  now: number,
): Pick<ServiceSummary, "health" | "trouble" | "clusters"> {
  const each = clusters.map((pooled) => lookAt(record, decision, pooled, now));
  const judged = serviceHealth(
    each.map(({ seen }) => seen),
    decision.rolling,
  );
  const takers = each.filter(takesTraffic).length;
  return {
    health: judged.health,
    ...(judged.trouble === undefined ? {} : { trouble: judged.trouble }),
    clusters: each.map((one) => ({
      ...one.view,
      health: judged.clusters[one.seen.cluster] ?? "unknown",
      // Equal shares for every cluster that takes traffic.
      trafficShare: takesTraffic(one) ? 1 / takers : 0,
    })),
  };
}

interface Look {
  readonly seen: SeenInCluster;
  readonly view: Omit<InCluster, "health" | "trafficShare">;
}

function lookAt(
  record: ServiceRecord,
  { namespace, release, drained }: Decision,
  pooled: PooledCluster,
  now: number,
): Look {
  const { name: cluster } = pooled.record;
  const observed = pooled.link?.namespace(namespace);
  const subject = subjectIn(pooled, { service: record.name, namespace }, now);
  const workload = workloadView(record.name, observed?.objects ?? []);
  const shown = workload.release === undefined ? undefined : releaseOfLabel(workload.release, release, cluster);
  const isWanted = release !== undefined && Object.hasOwn(release.objects, cluster);
  const state = {
    cluster,
    desired: workload.release === undefined && isWanted ? release.profile.replicas : workload.desired,
    ready: workload.ready,
    reachable: !pooled.stopped && (pooled.link?.status().reachable ?? false),
    drained: drained.has(cluster) || pooled.record.lost !== undefined,
  };
  return {
    seen: {
      ...state,
      release: shown,
      decided: isWanted ? release.name : undefined,
      causes: subject === undefined ? [] : diagnose(subject),
    },
    view: {
      ...state,
      ...(shown === undefined ? {} : { release: shown }),
      ...(workload.slot === undefined ? {} : { slot: workload.slot }),
      address: resolveAddress(pooled.record.addressTemplate, {
        service: record.name,
        namespace,
        number: record.number,
      }),
      ...(observed === undefined ? {} : { observedAt: new Date(observed.at).toISOString() }),
    },
  };
}

function takesTraffic({ view }: Look): boolean {
  return view.reachable && !view.drained && view.release !== undefined;
}
