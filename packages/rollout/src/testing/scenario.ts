import assert from "node:assert/strict";
import type { Container, HorizontalPodAutoscaler, KubernetesObject, Secret } from "@fairway/objects";
import { createEngine, type Engine } from "../engine/engine.ts";
import type { Limits } from "../limits.ts";
import type {
  Active,
  Cluster,
  Command,
  DeploySettings,
  Journal,
  Releases,
  RolloutHeader,
  StoredRelease,
  Traffic,
} from "../ports.ts";
import type { RolloutEvent } from "../state/rollout-event.ts";
import { type RolloutView, view } from "../state/view/view.ts";
import { checkAtRest, serving as servingPods } from "./check-at-rest.ts";
import { type ClusterCall, type Hooks, interceptCluster, interceptJournal, type JournalCall } from "./intercept.ts";
import { type MemoryCluster, memoryCluster } from "./memory-cluster.ts";
import { memoryJournal } from "./memory-journal.ts";
import { type VirtualClock, virtualClock } from "./virtual-clock.ts";

const service = "user";
const environment = "prod";

/** A cluster that a scenario can look into, past what engines see. */
export interface OpenCluster extends Pick<Cluster, "name"> {
  /** What is stored, also while it cannot be reached. */
  objects(namespace?: string): readonly KubernetesObject[];
}

/** Clusters, a journal and stored releases of one service under one virtual clock; in memory unless told. */
export interface Scenario<Place extends OpenCluster = MemoryCluster> {
  readonly clock: VirtualClock;
  readonly journal: Journal<RolloutEvent>;
  readonly clusters: readonly Place[];
  readonly cluster: (name: string) => Place;
  /** `cluster` names where requests go no more. */
  readonly drained: ReadonlySet<string>;
  readonly log: string[];
  /** What the registries' credentials are now; pull secrets carry them. None at first. `failure`: why they cannot be had. */
  readonly credentials: { current: string | undefined; failure?: string };
  /** What the source of metrics answers by query, for the new release; an error: it does not answer. */
  readonly metrics: Map<string, number | undefined | Error>;
  /** Names of the environment's clusters; all at first. */
  members: readonly string[];
  /** Names of clusters that are declared lost. */
  readonly lost: Set<string>;
  /** Names of clusters that the environment is giving up. */
  readonly retiring: Set<string>;
  /** Stores a release; equal content by name. */
  release(name: string, options?: ReleaseOptions): void;
  engine(owner: string, hooks?: EngineHooks): Engine;
  /** Asks for a rollout, `to` undefined for a removal; by the release's strategy unless told; does not wait. */
  ask(engine: Engine, to: string | undefined, how?: Asking): Promise<RolloutHeader>;
  /** Stores a command of `ops`; false: nobody would answer it. */
  command(number: number, command: Command): Promise<boolean>;
  /** Waits until the newest entries of the journal make this so. */
  until(number: number, condition: (view: RolloutView) => boolean): Promise<RolloutView>;
  /** Waits until the rollout has ended; gives its view. */
  ended(number: number): Promise<RolloutView>;
  /** Asks and waits. */
  deploy(engine: Engine, to: string | undefined, how?: Asking): Promise<RolloutView>;
  /** Waits until every rollout is closed: no cluster has to be brought to anything any more. */
  closed(): Promise<void>;
  active(): Promise<Active | undefined>;
  events(number: number): Promise<readonly RolloutEvent[]>;
  viewOf(number: number): Promise<RolloutView>;
  /**
   * What must hold at rest: this release and nothing else in these clusters (all by default), inventory equal to what
   * lives, the service leading to its pods; undefined: nothing at all.
   */
  holds(release: string | undefined, clusters?: readonly string[]): void;
}

export type Asking = Partial<Pick<RolloutHeader, "strategy" | "kind">>;

export interface ReleaseOptions {
  readonly deploy?: Partial<DeploySettings>;
  /** The cluster where its migration runs. */
  readonly migration?: string;
  /** Requests from outside come by an HTTPRoute. */
  readonly routed?: boolean;
  /** Bounds: by an autoscaler, and then no number in the Deployment. */
  readonly replicas?: number | { readonly min: number; readonly max: number };
  readonly clusters?: readonly string[];
  /** Content of the ConfigMap, which is named by it. */
  readonly config?: string;
  readonly extra?: readonly KubernetesObject[];
  readonly progressDeadlineSeconds?: number;
  /** More of the Deployment's container: probes, resources. */
  readonly container?: Partial<Container>;
}

export interface EngineHooks {
  readonly journal?: Hooks<JournalCall>;
  readonly cluster?: Hooks<ClusterCall>;
  readonly limits?: Partial<Limits>;
  /** What the engine has instead of the ports as they are: for proofs that a broken one is found. */
  readonly through?: {
    readonly journal?: (journal: Journal<RolloutEvent>) => Journal<RolloutEvent>;
    readonly cluster?: (cluster: Cluster) => Cluster;
  };
}

export function scenario(
  names: readonly string[] = ["alpha", "beta"],
  options: Pick<Cluster, "router"> & ClockSkew = {},
): Scenario {
  const clock = virtualClock();
  const { journalAhead = 0, ...cluster } = options;
  const clusters = names.map((name) => memoryCluster(name, clock, cluster));
  return scenarioOver(clock, clusters, () => clusters, { journalAhead });
}

/** How far a database's clock may be from the engine's. */
export interface ClockSkew {
  /** Milliseconds by which the journal's clock is ahead of the engine's; negative: behind. */
  readonly journalAhead?: number;
}

/** @param connect The clusters as an engine of that owner sees them. */
export function scenarioOver<Place extends OpenCluster>(
  clock: VirtualClock,
  clusters: readonly Place[],
  connect: (owner: string) => readonly Cluster[],
  { journalAhead = 0 }: ClockSkew = {},
): Scenario<Place> {
  const names = clusters.map(({ name }) => name);
  const journal = memoryJournal<RolloutEvent>({ now: () => clock.now() + journalAhead });
  const releases = new Map<string, StoredRelease>();
  const drained = new Set<string>();
  const log: string[] = [];
  const credentials: Scenario["credentials"] = { current: undefined };
  const metrics: Scenario["metrics"] = new Map();
  const lost = new Set<string>();
  const retiring = new Set<string>();
  let asked = 0;
  let commanded = 0;

  const store: Releases = { get: async (name) => releases.get(name) };
  const traffic: Traffic = {
    drain: async (_, __, cluster) => void drained.add(cluster),
    restore: async (_, __, cluster) => void drained.delete(cluster),
  };

  const recordsOf = (number: number) => journal.read(number);
  const headerOf = async (number: number): Promise<RolloutHeader> => {
    const header = await journal.header(number);
    assert.ok(header);
    return header;
  };

  const self: Scenario<Place> = {
    clock,
    journal,
    clusters,
    cluster(name) {
      const found = clusters.find((one) => one.name === name);
      assert.ok(found);
      return found;
    },
    drained,
    log,
    credentials,
    metrics,
    members: names,
    lost,
    retiring,
    release(name, options = {}) {
      const objects = objectsOf(name, options);
      const placed = Object.fromEntries((options.clusters ?? names).map((cluster) => [cluster, objects]));
      releases.set(name, {
        ...{ name, service, environment, namespace: service, objects: placed },
        ...(options.deploy === undefined ? {} : { deploy: { ...asBefore, ...options.deploy } }),
        ...(options.migration === undefined ? {} : { migration: { cluster: options.migration, job: migrationJob() } }),
      });
    },
    engine(owner, hooks = {}) {
      const { through } = hooks;
      const wired = connect(owner).map((one) => interceptCluster(through?.cluster?.(one) ?? one, hooks.cluster ?? {}));
      return createEngine({
        journal: interceptJournal(through?.journal?.(journal) ?? journal, hooks.journal ?? {}),
        clusters: () => wired.filter(({ name }) => self.members.includes(name)),
        releases: store,
        traffic,
        secrets: {
          async secretsFor({ namespace }) {
            if (credentials.failure !== undefined) throw new Error(credentials.failure);
            return credentials.current === undefined ? [] : [pullSecret(namespace, credentials.current)];
          },
        },
        metrics: {
          async measure(query) {
            const value = metrics.get(query);
            if (value instanceof Error) throw value;
            return value;
          },
        },
        lost: async () => [...lost],
        retiring: async () => [...retiring],
        clock,
        owner,
        log: (message) => log.push(message),
        ...(hooks.limits === undefined ? {} : { limits: hooks.limits }),
      });
    },
    async ask(engine, to, how = {}) {
      asked += 1;
      const from = (await journal.active(environment, service))?.release;
      const { kind = to === undefined ? "removal" : "deploy" } = how;
      const strategy = how.strategy ?? releases.get(to ?? "")?.deploy?.strategy ?? "rolling";
      return engine.submit({ environment, service, from, to, strategy, kind, actor: "admin" }, `key-${asked}`);
    },
    async command(number, command) {
      commanded += 1;
      return journal.command(number, { id: `command-${commanded}`, actor: "ops", command });
    },
    async until(number, condition) {
      await clock.run(async () => condition(await self.viewOf(number)));
      return self.viewOf(number);
    },
    async ended(number) {
      await clock.run(async () => (await recordsOf(number)).some((record) => record.body.type === "ended"));
      return self.viewOf(number);
    },
    async deploy(engine, to, how) {
      return self.ended((await self.ask(engine, to, how)).number);
    },
    closed: () => clock.run(async () => (await journal.unfinished()).length === 0),
    active: () => journal.active(environment, service),
    async events(number) {
      return (await recordsOf(number)).map((record) => record.body);
    },
    async viewOf(number) {
      return view(await headerOf(number), await recordsOf(number));
    },
    holds(release, where = names) {
      for (const name of where) {
        checkAtRest(name, self.cluster(name).objects(), { namespace: service, release });
      }
    },
  };
  return self;
}

/** Ready pods to which the service's selector leads. */
export function serving(cluster: OpenCluster): number {
  return servingPods(cluster.objects(service));
}

const asBefore: DeploySettings = {
  strategy: "rolling",
  steps: [],
  switch: "at-once",
  waves: [],
  bake: 0,
  analysis: [],
};

const ownLabels = {
  "app.kubernetes.io/managed-by": "fairway",
  "fairway.dev/service": service,
  "fairway.dev/environment": environment,
};

function migrationJob(): KubernetesObject {
  const labels = ownLabels;
  const containers = [{ name: "migrate", image: "snapshot/migrate" }];
  const template = { metadata: { labels }, spec: { restartPolicy: "Never", containers } };
  const metadata = { name: `${service}-migrate`, namespace: service, labels };
  return { apiVersion: "batch/v1", kind: "Job", metadata, spec: { backoffLimit: 0, template } };
}

function httpRoute(metadata: KubernetesObject["metadata"]): KubernetesObject {
  const spec = { parentRefs: [{ name: "public" }], rules: [{ backendRefs: [{ name: service, port: 80 }] }] };
  return { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute", metadata, spec };
}

function pullSecret(namespace: string, content: string): Secret {
  const labels = ownLabels;
  const data = { ".dockerconfigjson": Buffer.from(content).toString("base64") };
  const metadata = { name: "fairway-registry", namespace, labels };
  return { apiVersion: "v1", kind: "Secret", type: "kubernetes.io/dockerconfigjson", metadata, data };
}

function autoscaler(
  metadata: KubernetesObject["metadata"],
  { min, max }: { readonly min: number; readonly max: number },
): HorizontalPodAutoscaler {
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: metadata.name };
  const spec = { scaleTargetRef, minReplicas: min, maxReplicas: max };
  return { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata, spec };
}

/** Slot-neutral objects as the renderer makes them, without what the engine does not look at. */
function objectsOf(name: string, options: ReleaseOptions): readonly KubernetesObject[] {
  const labels = ownLabels;
  const inside = (own: string) => ({ name: own, namespace: service, labels });
  const config = `${service}-${options.config ?? "settings"}`;
  const { progressDeadlineSeconds, replicas = 2 } = options;
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: service, labels } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: inside(service) },
    { apiVersion: "v1", kind: "ConfigMap", metadata: inside(config), immutable: true, data: { CONFIG: config } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: inside(service),
      spec: {
        ...(typeof replicas === "number" ? { replicas } : {}),
        ...(progressDeadlineSeconds === undefined ? {} : { progressDeadlineSeconds }),
        selector: { matchLabels: { "fairway.dev/service": service } },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: "app",
                image: `snapshot/${name}`,
                envFrom: [{ configMapRef: { name: config } }],
                ...options.container,
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: inside(service),
      spec: { selector: { "fairway.dev/service": service }, ports: [{ name: "http", port: 80, targetPort: "http" }] },
    },
    ...(typeof replicas === "number" ? [] : [autoscaler(inside(service), replicas)]),
    ...(options.routed ? [httpRoute(inside(service))] : []),
    ...(options.extra ?? []),
  ];
}
