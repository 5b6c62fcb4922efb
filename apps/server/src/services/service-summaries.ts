import type { RolloutSummary, ServiceSummary } from "@fairway/api";
import type { Drains, ReleaseRecord, ReleaseStore, ServiceRecord, Services } from "@fairway/catalog";
import type { Environment } from "../clusters/environments.ts";
import type { DriftWatch } from "../drift/drift-watch.ts";
import type { ReadProfile } from "../profile/current-profile.ts";
import type { ActiveReleases } from "../releases/active-releases.ts";
import { edgeHost } from "../resources/edge.ts";
import type { RolloutReader } from "../rollouts/rollout-reader.ts";
import { serviceInClusters } from "./service-in-clusters.ts";
import { type NamespaceOf, namespacesIn } from "./service-namespace.ts";

export interface SummarySources {
  readonly services: Services;
  readonly releases: ReleaseStore;
  readonly active: ActiveReleases;
  readonly drains: Drains;
  readonly reader: RolloutReader;
  readonly drift: Pick<DriftWatch, "of">;
  readonly profile: ReadProfile;
  /** Undefined without an edge. */
  readonly edgePort: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What is decided in an environment, read once for any number of services. */
export interface Decided {
  readonly environment: Environment;
  readonly namespaceOf: NamespaceOf;
  /** Active releases by service. */
  readonly active: Readonly<Record<string, ReleaseRecord>>;
  /** The newest rollout of each service. */
  readonly latest: Readonly<Record<string, RolloutSummary>>;
  /** Names of the clusters without traffic, by service. */
  readonly drained: ReadonlyMap<string, ReadonlySet<string>>;
}

export async function readDecided(environment: Environment, sources: SummarySources): Promise<Decided> {
  const [active, latest, drains, namespaceOf] = await Promise.all([
    sources.active.of(environment.name),
    sources.reader.latest(environment.name),
    sources.drains.list(),
    namespacesIn(environment.name, sources),
  ]);
  const byService = Map.groupBy(
    drains.filter((one) => one.environment === environment.name),
    ({ service }) => service,
  );
  const drained = new Map(
    [...byService].map(([service, all]) => [service, new Set(all.map(({ cluster }) => cluster))]),
  );
  return { environment, namespaceOf, active, latest, drained };
}

/** A service in one environment, as lists show it. */
export async function summarize(
  record: ServiceRecord,
  { environment, namespaceOf, active, latest, drained }: Decided,
  { releases, edgePort, now, drift }: SummarySources,
): Promise<ServiceSummary> {
  const changed = drift.of(environment.name, record.name);
  const release = active[record.name];
  const rollout = latest[record.name];
  // A service that never got active is known by what is being rolled out, or was tried last.
  const described = release ?? (rollout?.to === undefined ? undefined : await releases.get(rollout.to));
  const hasEdge = edgePort !== undefined && environment.clusters.some((one) => one.record.gateway);
  const decision = {
    namespace: namespaceOf(record.name),
    release,
    rolling: rollout !== undefined && rollout.endedAt === undefined,
    drained: drained.get(record.name) ?? new Set<string>(),
  };
  return {
    name: record.name,
    description: described?.profile.description ?? "",
    kind: described?.profile.kind ?? "business",
    ...(described?.profile.owner === undefined ? {} : { owner: described.profile.owner }),
    engine: described?.profile.engine ?? "",
    environment: environment.name,
    ...serviceInClusters(record, decision, environment.clusters, now()),
    ...(release === undefined ? {} : { release: release.name }),
    ...(rollout === undefined ? {} : { lastRollout: rollout }),
    ...(changed === undefined ? {} : { drift: changed }),
    ...(hasEdge && release !== undefined ? { url: `http://${edgeHost(record.name)}:${edgePort}` } : {}),
  };
}
