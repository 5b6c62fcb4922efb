import { hostname } from "node:os";
import { join } from "node:path";
import type { LiveEvent } from "@fairway/api";
import { snapshotStore } from "@fairway/images";
import { type KubeconfigLimits, systemTime } from "@fairway/kube";
import {
  type AdoptionPlan,
  type Clock,
  createEngine,
  type Engine,
  type EngineOptions,
  milestoneOf,
  type RolloutEvent,
  type RolloutHeader,
} from "@fairway/rollout";
import { settingsFor } from "@fairway/spec";
import type { Store } from "@fairway/store";
import { createAdoptionDriver } from "./adoptions/adoption-driver.ts";
import { refuseWhileAdopted } from "./adoptions/refuse-while-adopted.ts";
import { withholdAdopted } from "./adoptions/withhold-adopted.ts";
import { atMostEvery } from "./at-most-every.ts";
import type { ConnectCluster } from "./clusters/cluster-link.ts";
import { type ClusterPool, createClusterPool } from "./clusters/cluster-pool.ts";
import { environments } from "./clusters/environments.ts";
import { createMembership } from "./clusters/membership.ts";
import { pooledPort } from "./clusters/pooled-port.ts";
import type { SupervisorLink } from "./clusters/supervisor-link.ts";
import { beginRepair } from "./drift/begin-repair.ts";
import { createDriftFinder } from "./drift/drift-finder.ts";
import { createDriftWatch } from "./drift/drift-watch.ts";
import { leaveKept } from "./drift/leave-kept.ts";
import { exclusive } from "./exclusive.ts";
import { createFleetDriver } from "./fleets/fleet-driver.ts";
import type { Handlers } from "./http/handler.ts";
import type { ImageClient } from "./images/image-client.ts";
import { keepNewest } from "./keep-newest.ts";
import { changeSignal } from "./live/change-signal.ts";
import { createLiveEvents } from "./live/live-events.ts";
import type { Log } from "./log.ts";
import { readProfile } from "./profile/current-profile.ts";
import { missingImages } from "./registries/missing-images.ts";
import { registryFiles } from "./registries/registry-files.ts";
import { registrySecrets } from "./registries/registry-secrets.ts";
import { activeReleases } from "./releases/active-releases.ts";
import { releaseImages } from "./releases/release-images.ts";
import { defaultRetention, type Retention, retireReleases } from "./releases/retention.ts";
import { aboutHandlers } from "./resources/about.ts";
import { adoptionHandlers } from "./resources/adoptions.ts";
import { auditHandlers } from "./resources/audit.ts";
import { clusterHandlers } from "./resources/clusters.ts";
import { diffHandlers } from "./resources/diff.ts";
import { driftHandlers } from "./resources/drift.ts";
import { edgeHandlers } from "./resources/edge.ts";
import { escapeHatchHandlers } from "./resources/escape-hatches.ts";
import { eventHandlers } from "./resources/events.ts";
import { fleetHandlers } from "./resources/fleets.ts";
import { logHandlers } from "./resources/logs.ts";
import { profileHandlers } from "./resources/profile.ts";
import { registryHandlers } from "./resources/registries.ts";
import { releaseHandlers } from "./resources/releases.ts";
import { renderHandlers } from "./resources/render.ts";
import { rolloutCommandHandlers } from "./resources/rollout-commands.ts";
import { rolloutHandlers } from "./resources/rollouts.ts";
import { serviceHandlers } from "./resources/services.ts";
import { sessionHandlers } from "./resources/sessions.ts";
import { snapshotHandlers } from "./resources/snapshots.ts";
import { webhookHandlers } from "./resources/webhooks.ts";
import { engineReleases, engineTraffic } from "./rollouts/engine-ports.ts";
import { prometheusMetrics } from "./rollouts/prometheus-metrics.ts";
import { releaseCommits } from "./rollouts/release-commits.ts";
import { rolloutChanges } from "./rollouts/rollout-changes.ts";
import { createRolloutReader } from "./rollouts/rollout-reader.ts";
import type { EmbeddedCluster } from "./settings.ts";
import type { Authenticator } from "./sign-in/authenticator.ts";
import { signInCodes } from "./sign-in/sign-in-codes.ts";
import { createDispatcher } from "./webhooks/dispatcher.ts";
import { rolloutMessage } from "./webhooks/rollout-message.ts";
import { sealedSecrets } from "./webhooks/sealed-secrets.ts";

export interface PlatformOptions {
  readonly home: string;
  readonly version: string;
  readonly edgePort: number | undefined;
  readonly embeddedClusters: readonly EmbeddedCluster[];
  readonly store: Store;
  readonly connect: ConnectCluster;
  /** As in the settings. */
  readonly driftInterval: number;
  readonly kubeconfigLimits: KubeconfigLimits;
  readonly images: ImageClient;
  readonly supervisor: SupervisorLink;
  readonly authenticator: Authenticator;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly limits?: NonNullable<EngineOptions["limits"]>;
  readonly retention?: Retention;
  /** Rollouts of each service that are remembered. */
  readonly keptRollouts: number;
  /** As in the settings. */
  readonly keptFor: number | undefined;
  /** Where people open the dashboard, if that is known. */
  readonly publicUrl: URL | undefined;
  /** What webhooks' secrets are sealed with. */
  readonly webhookKey: string;
  /** How webhooks are tried again. */
  readonly webhookBackOff?: readonly number[];
}

/** Everything behind the API, wired. */
export interface Platform {
  readonly handlers: Handlers;
  readonly pool: ClusterPool;
  readonly engine: Engine;
  /** Takes up what the last process left. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Rollouts side by side write many entries a second, and who looks for what came of them asks the store each time; in milliseconds. */
const gather = 100;

/** Headers of rollouts that are kept in memory. */
const mostHeaders = 2_000;

/** Between repairs of a cluster that was put back to an earlier state, should one be refused; in milliseconds. */
const repairPause = 600_000;

export async function createPlatform(options: PlatformOptions): Promise<Platform> {
  const { home, store, log, now, supervisor, retention = defaultRetention } = options;
  const { services, releases, clusters, registries, profiles, drains, snapshots } = store;
  const journal = store.journal<RolloutEvent>(milestoneOf);
  const files = snapshotStore(join(home, "snapshots"));
  const registryContent = registryFiles(home);
  const active = activeReleases(releases);
  const profile = readProfile(profiles);
  const exclusively = exclusive();
  const stopping = new AbortController();
  let ready = false;

  const live = createLiveEvents(async () => {
    const found: LiveEvent[] = [];
    for (const { name: environment, clusters: all } of environments(pool)) {
      for (const { record } of all) found.push({ kind: "cluster", id: record.name, environment });
      for (const { name } of await services.list(environment)) found.push({ kind: "service", id: name, environment });
    }
    for (const { name } of environments(pool)) found.push({ kind: "fleet", id: name, environment: name });
    for (const { number, environment } of await store.rollouts.list({ limit: 50 })) {
      found.push({ kind: "rollout", id: String(number), environment });
    }
    return found;
  });
  const pool = createClusterPool({
    ...{ home, clusters, log, now },
    connect: options.connect,
    onChange: ({ name, environment }, service, observation) => {
      if (service === undefined) live.publish({ kind: "cluster", id: name, environment });
      else {
        live.publish({ kind: "service", id: service, environment });
        driftWatch.seen(environment, service, name, observation);
        // Its endpoints may be others, which an old Service leads to.
        adoptionDriver.seen(environment, service);
      }
    },
  });
  const clock: Clock = {
    now,
    sleep: systemTime.sleep,
  };
  const adoptions = store.adoptions<AdoptionPlan>();
  const whole = leaveKept(engineReleases(releases), store.keptFields);
  const stored = withholdAdopted(whole, adoptions);
  const finder = createDriftFinder({ pool, journal, index: store.rollouts, stored, clock });
  const driftWatch = createDriftWatch({
    ...{ finder, releases, now, log, interval: options.driftInterval },
    environments: () => environments(pool).map(({ name }) => name),
    onChange: (environment, id) => live.publish({ kind: "service", id, environment }),
    onPutBack(environment, service, clusters) {
      const names = clusters.map(({ cluster }) => cluster);
      // One that is refused is not tried again before a while.
      const key = JSON.stringify(["put back", environment, service, clusters, Math.floor(now() / repairPause)]);
      const asked = { environment, service, actor: "fairway", key };
      exclusively(() => beginRepair({ index: store.rollouts, finder, engine }, asked)).then(
        (rollout) =>
          log.info("clusters were put back to an earlier state", { environment, service, clusters: names, rollout }),
        (error: unknown) =>
          log.error("clusters that were put back cannot be repaired", { environment, service, error }),
      );
    },
  });
  const secrets = registrySecrets(pool, registries, registryContent);
  const imagesOf = releaseImages({
    registries,
    files: registryContent,
    client: options.images,
    snapshotPath: files.path,
  });
  const marked = (environment: string, mark: "lost" | "retiring"): readonly string[] =>
    pool
      .list()
      .filter(({ record }) => record.environment === environment && record[mark] !== undefined)
      .map(({ record }) => record.name);
  const engine = createEngine({
    journal,
    clusters: (environment) =>
      (environments(pool).find(({ name }) => name === environment)?.clusters ?? []).map(({ record }) =>
        pooledPort(pool, record.name),
      ),
    releases: stored,
    metrics: prometheusMetrics(async (environment, service) => {
      const current = await profile();
      return settingsFor(current.profile, { environment, cluster: undefined, service }).metrics;
    }),
    lost: async (environment) => marked(environment, "lost"),
    retiring: async (environment) => marked(environment, "retiring"),
    traffic: engineTraffic(drains, (environment, id) => live.publish({ kind: "service", id, environment })),
    secrets,
    images: missingImages({
      pool,
      registries,
      files: registryContent,
      profile,
      snapshots: files,
      client: options.images,
    }),
    clock,
    owner: `${hostname()}:${home}`,
    log: (message) => log.info(message),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const reader = createRolloutReader(store.rollouts, engine, rolloutChanges(releases), releaseCommits(releases));
  const guarded = refuseWhileAdopted(engine, adoptions);
  const adoptionChanges = changeSignal<string>();
  const adoptionDriver = createAdoptionDriver({
    ...{ adoptions, journal, pool, engine, exclusively, now, log },
    ...{ stored: whole, index: store.rollouts },
    onChange: (environment) => adoptionChanges.publish(environment),
  });
  const adoptionsChanged = (environment: string): void => {
    adoptionDriver.wake();
    adoptionChanges.publish(environment);
  };
  const fleetChanges = changeSignal<string>();
  const tellFleets = (environment: string): void => {
    fleetChanges.publish(environment);
    live.publish({ kind: "fleet", id: environment, environment });
  };
  const fleetDriver = createFleetDriver({
    ...{ pool, engine: guarded, imagesOf, exclusively, log },
    tend: () => membership.tend(),
    ...{ fleets: store.fleets, index: store.rollouts },
    stores: { services, releases, active, snapshots, files, profile, now },
    onChange: tellFleets,
  });

  const fleetsChanged = (environment: string): void => {
    fleetDriver.wake();
    tellFleets(environment);
  };
  const membership = createMembership({
    ...{ home, pool, releases, journal, engine, drains, exclusively, now },
    ...{ fleets: store.fleets, index: store.rollouts },
    changed: fleetsChanged,
  });

  let retiring: NodeJS.Timeout | undefined;
  const retireSoon = () => {
    retiring ??= setTimeout(() => {
      retiring = undefined;
      exclusively(async () => {
        await store.rollouts.trim(retention.rollouts ?? options.keptRollouts, options.keptFor);
        return retireReleases(retention.kept, releases, snapshots, files);
      }).then(
        (count) => count > 0 && log.info("old snapshots deleted", { count }),
        (error: unknown) => log.error("old snapshots cannot be deleted", { error }),
      );
    }, retention.after).unref();
  };
  // A header never changes, and each rollout writes a dozen entries.
  const headers = new Map<number, RolloutHeader>();
  const headerOf = async (number: number): Promise<RolloutHeader | undefined> => {
    const before = headers.get(number);
    if (before !== undefined) return before;
    const header = await journal.header(number);
    if (header !== undefined) keepNewest(headers, number, header, mostHeaders);
    return header;
  };
  const rolloutChanged = async (number: number): Promise<void> => {
    active.forget();
    reader.appended(number);
    const header = await headerOf(number);
    if (header === undefined) return;
    live.publish({ kind: "rollout", id: String(number), environment: header.environment });
    live.publish({ kind: "service", id: header.service, environment: header.environment });
    driftWatch.rolled(header.environment, header.service);
    // Whoever follows a fleet sees its rollouts too; a list of fleets does not change with them.
    fleetChanges.publish(header.environment);
    adoptionDriver.seen(header.environment, header.service);
  };
  const report = (error: unknown) => log.error("a change cannot be told", { error });
  const webhookSecrets = sealedSecrets(options.webhookKey);
  const dispatcher = createDispatcher({
    ...{ webhooks: store.webhooks, secrets: webhookSecrets, now, log },
    messageOf: (delivery) => rolloutMessage(delivery, journal, options.publicUrl),
    ...(options.webhookBackOff === undefined ? {} : { backOff: options.webhookBackOff }),
  });
  const wakeDrivers = atMostEvery(gather, () => {
    fleetDriver.wake();
    dispatcher.wake();
  });
  const unsubscribe = [
    journal.onAppend((number) => {
      rolloutChanged(number).catch(report);
      wakeDrivers();
      retireSoon();
    }),
    engine.onChange((number, ended) => reader.changed(number, ended)),
  ];
  supervisor.onClusters((embedded) => void pool.embed(embedded).catch(report));

  const handlers: Handlers = {
    ...aboutHandlers({ version: options.version, edgePort: options.edgePort, pool, registries, isReady: () => ready }),
    ...sessionHandlers(signInCodes(now), options.authenticator),
    ...clusterHandlers({
      ...{ home, pool, releases, supervisor, now, membership },
      fleets: store.fleets,
      kubeconfigLimits: options.kubeconfigLimits,
    }),
    ...registryHandlers({
      ...{ pool, registries, releases, profile, now },
      files: registryContent,
      images: options.images,
      // Not the lock of releases: asking a registry may take its time.
      exclusively: exclusive(),
    }),
    ...snapshotHandlers(files, snapshots, now, exclusively),
    ...releaseHandlers(pool, { services, releases, active, snapshots, files, profile, now }, imagesOf, exclusively),
    ...diffHandlers({
      ...{ pool, registries, imagesOf, secrets, journal, stored, index: store.rollouts, keptFields: store.keptFields },
      ...{ services, releases, active, snapshots, files, profile, now },
    }),
    ...renderHandlers(pool, profile),
    ...profileHandlers({ pool, profiles, profile, services, releases, active, now, exclusively }),
    ...rolloutHandlers({
      ...{ pool, imagesOf, journal, reader, exclusively },
      stores: { services, releases, active, snapshots, files, profile, now },
      ...{ index: store.rollouts, engine: guarded },
    }),
    ...rolloutCommandHandlers({ journal, reader }),
    ...auditHandlers(store.audit),
    ...webhookHandlers({ pool, webhooks: store.webhooks, secrets: webhookSecrets, now }),
    ...fleetHandlers({
      ...{ pool, releases, profile, fleets: store.fleets, changes: fleetChanges },
      changed: fleetsChanged,
    }),
    ...adoptionHandlers({
      ...{ pool, adoptions, journal, exclusively, stored: whole },
      ...{ driver: adoptionDriver, index: store.rollouts, changes: adoptionChanges, changed: adoptionsChanged },
    }),
    ...driftHandlers({
      ...{ pool, services, finder, engine: guarded, reader, now, exclusively },
      ...{ watch: driftWatch, keptFields: store.keptFields, index: store.rollouts },
    }),
    ...serviceHandlers(pool, {
      ...{ adoptions, finder, keptFields: store.keptFields },
      drift: driftWatch,
      services,
      releases,
      active,
      drains,
      reader,
      profile,
      edgePort: options.edgePort,
      now,
    }),
    ...logHandlers(pool, services, { active, profile, releases }),
    ...escapeHatchHandlers(pool, active),
    ...eventHandlers(live),
    ...edgeHandlers(pool, active, drains),
  };

  return {
    handlers,
    pool,
    engine,
    async start() {
      await files.sweep();
      await pool.embed(options.embeddedClusters);
      await pool.open();
      ready = true;
      dispatcher.start();
      // Rollouts go on when their clusters can be asked; nobody who calls the API has to wait for that.
      pool
        .settled()
        .then(async () => {
          if (stopping.signal.aborted) return;
          await engine.start();
          if (stopping.signal.aborted) return;
          fleetDriver.start();
          adoptionDriver.start();
          driftWatch.start();
        })
        .catch((error: unknown) => log.error("rollouts cannot be taken up", { error }));
    },
    async stop() {
      ready = false;
      stopping.abort();
      clearTimeout(retiring);
      driftWatch.stop();
      for (const end of unsubscribe) end();
      await Promise.all([fleetDriver.stop(), adoptionDriver.stop(), engine.stop(), dispatcher.stop()]);
      pool.close();
    },
  };
}
