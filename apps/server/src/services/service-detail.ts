import type { ServiceDetail, ServiceSummary } from "@fairway/api";
import { dependencyGraph, type ReleaseRecord, type ServiceRecord } from "@fairway/catalog";
import { isConfigMap, type KubernetesObject } from "@fairway/objects";
import { releaseOfLabel } from "../releases/same-objects.ts";
import { podView } from "../views/pod-view.ts";
import { workloadView } from "../views/workload-view.ts";
import { releaseExtent } from "./release-extent.ts";
import { serviceCauses } from "./service-causes.ts";
import { type Decided, type SummarySources, summarize } from "./service-summaries.ts";

const rolloutsShown = 20;

/** A service in one environment, as its page shows it. @param signal ends the search for logs, not the answer */
export async function describeService(
  record: ServiceRecord,
  decided: Decided,
  sources: SummarySources,
  signal: AbortSignal,
): Promise<ServiceDetail> {
  const { environment, active } = decided;
  const { name } = record;
  const namespace = decided.namespaceOf(name);
  const release = active[name];
  const graph = dependencyGraph(
    Object.values(active).map(({ service, profile }) => ({ name: service, dependencies: profile.dependencies })),
  );
  const unknown = new Set(graph.unknown.filter(({ service }) => service === name).map(({ dependency }) => dependency));
  const healthOf = async (other: string): Promise<{ health?: ServiceSummary["health"] }> => {
    const found = active[other] === undefined ? undefined : await sources.services.get(other);
    return found === undefined ? {} : { health: (await summarize(found, decided, sources)).health };
  };
  const [about, causes, rollouts, dependencies, consumers, extent] = await Promise.all([
    summarize(record, decided, sources),
    serviceCauses(environment.clusters, { service: name, namespace }, sources.now(), signal),
    sources.reader.list({ environment: environment.name, service: name, limit: rolloutsShown }),
    Promise.all(
      (release?.profile.dependencies ?? []).map(async (other) => ({
        name: other,
        known: !unknown.has(other),
        ...(await healthOf(other)),
      })),
    ),
    Promise.all(graph.consumersOf(name).map(async (other) => ({ name: other, ...(await healthOf(other)) }))),
    releaseExtent(release, environment.clusters, namespace, signal),
  ]);
  return {
    ...about,
    number: record.number,
    namespace,
    causes,
    pods: environment.clusters.flatMap(({ record: { name: cluster }, link }) =>
      workloadView(name, link?.namespace(namespace)?.objects ?? []).pods.map((pod) => {
        const seen = podView(pod);
        return { ...seen, release: releaseOfLabel(seen.release, release, cluster), cluster };
      }),
    ),
    dependencies,
    consumers,
    rollouts,
    ...medianOf(rollouts.flatMap(({ leadTime }) => leadTime ?? [])),
    env: variablesOf(release),
    ...extent,
  };
}

function medianOf(leadTimes: readonly number[]): Pick<ServiceDetail, "leadTime"> {
  const sorted = leadTimes.toSorted((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  return median === undefined ? {} : { leadTime: median };
}

/** What the process gets, addresses of its dependencies included, as its first cluster has it. */
function variablesOf(release: ReleaseRecord | undefined): Record<string, string> {
  if (release === undefined) return {};
  const [first = ""] = Object.keys(release.objects).sort();
  const objects = release.objects[first] ?? [];
  const variables = objects.filter(isObject).find(isConfigMap)?.data;
  return { ...(variables ?? release.profile.env) };
}

/** Stored by us from what the renderer made. */
function isObject(value: unknown): value is KubernetesObject {
  return typeof value === "object" && value !== null && "kind" in value && "apiVersion" in value && "metadata" in value;
}
