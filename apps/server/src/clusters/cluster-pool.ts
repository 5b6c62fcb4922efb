import { join } from "node:path";
import type { ClusterRecord, Clusters } from "@fairway/catalog";
import type { Observation } from "@fairway/rollout";
import { exclusive } from "../exclusive.ts";
import type { Log } from "../log.ts";
import type { EmbeddedCluster } from "../settings.ts";
import { type ClusterLink, type ConnectCluster, linkCluster } from "./cluster-link.ts";

/** A registered cluster; `link` is undefined until it is connected, and while its kubeconfig cannot be used. */
export interface PooledCluster {
  readonly record: ClusterRecord;
  readonly link: ClusterLink | undefined;
  /** Why there is no link. */
  readonly trouble: string | undefined;
  /** Stopped by a person. */
  readonly stopped: boolean;
}

/** All registered clusters, connected. */
export interface ClusterPool {
  /** By name. */
  list(): readonly PooledCluster[];
  get(name: string): PooledCluster | undefined;
  /** Takes up what is stored; connecting goes on behind. */
  open(): Promise<void>;
  /** Takes over what the supervisor says of the clusters that it runs; connecting goes on behind. */
  embed(clusters: readonly EmbeddedCluster[]): Promise<void>;
  /** Resolves when nothing is being connected. */
  settled(): Promise<void>;
  /** Stores a record and connects it. */
  put(record: ClusterRecord): Promise<PooledCluster>;
  remove(name: string): Promise<void>;
  /**
   * Stores that a cluster is lost, or, with undefined, that it is not; its connection stays. False: it is the last one of its
   * environment that is not, and stays so.
   */
  declareLost(name: string, lost: ClusterRecord["lost"]): Promise<boolean>;
  /** Stores that somebody is removing a cluster, or, with undefined, that nobody is; its connection stays. */
  retire(name: string, retiring: ClusterRecord["retiring"]): Promise<void>;
  /** Whether the supervisor runs it now. */
  isEmbedded(name: string): boolean;
  close(): void;
}

export interface PoolOptions {
  readonly home: string;
  readonly clusters: Clusters;
  readonly connect: ConnectCluster;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** `service` is undefined when the cluster itself changed. */
  readonly onChange: (cluster: ClusterRecord, service: string | undefined, observation?: Observation) => void;
}

const running = { stopped: false, trouble: undefined };

export function createClusterPool(options: PoolOptions): ClusterPool {
  const { home, clusters, log } = options;
  const pooled = new Map<string, PooledCluster>();
  /** With what each cluster was connected last. */
  const attempts = new Map<string, PooledCluster>();
  const connecting = new Set<Promise<void>>();
  const seen = new Map<string, EmbeddedCluster>();
  const inTurn = exclusive();

  const set = (entry: PooledCluster): void => {
    pooled.set(entry.record.name, entry);
    options.onChange(entry.record, undefined);
  };

  const connect = async (entry: PooledCluster): Promise<void> => {
    const { record } = entry;
    // Another record or a removal may overtake a slow connection.
    const isOurs = () => attempts.get(record.name) === entry;
    const now = () => pooled.get(record.name) ?? entry;
    try {
      const connection = await options.connect(record, join(home, record.kubeconfig));
      if (!isOurs()) return connection.close();
      set({ ...now(), link: linkCluster(connection, (...change) => options.onChange(record, ...change)) });
    } catch (error) {
      log.error("cluster cannot be connected", { cluster: record.name, error });
      if (isOurs()) set({ ...now(), trouble: "its kubeconfig cannot be used" });
    }
  };

  const start = (record: ClusterRecord, state: Pick<PooledCluster, "stopped" | "trouble">): Promise<void> => {
    pooled.get(record.name)?.link?.close();
    const entry: PooledCluster = { record, link: undefined, ...state };
    set(entry);
    attempts.set(record.name, entry);
    const work = state.stopped || state.trouble !== undefined ? Promise.resolve() : connect(entry);
    connecting.add(work);
    return work.finally(() => connecting.delete(work));
  };

  const embedOne = async (one: EmbeddedCluster): Promise<void> => {
    // What the process was started with may be older than a message that came meanwhile.
    if (one.generation < (seen.get(one.name)?.generation ?? 0)) return;
    const stored = pooled.get(one.name)?.record ?? (await clusters.get(one.name));
    const record: ClusterRecord = {
      name: one.name,
      environment: one.environment,
      embedded: true,
      kubeconfig: join("clusters", one.name, "kubeconfig"),
      context: undefined,
      addressTemplate: one.addressTemplate,
      gateway: one.gateway ?? stored?.gateway,
      lost: stored?.lost,
      retiring: stored?.retiring,
      createdAt: stored?.createdAt ?? new Date(options.now()).toISOString(),
    };
    const isStored = stored !== undefined && JSON.stringify(stored) === JSON.stringify(record);
    if (!isStored) await clusters.put(record);
    // A cluster that came up again may have another address and other credentials.
    const known = seen.get(one.name);
    const isSame = known?.generation === one.generation && known.stopped === one.stopped;
    if (isStored && isSame && pooled.has(one.name)) return;
    seen.set(one.name, one);
    const entry = pooled.get(one.name);
    // What was seen last of a stopped cluster stays to be seen.
    if (one.stopped && entry?.link !== undefined) return set({ ...entry, record, stopped: true });
    void start(record, { stopped: one.stopped, trouble: one.generation === 0 ? "it is starting" : undefined });
  };

  const mark = async (
    entry: PooledCluster,
    marks: Partial<Pick<ClusterRecord, "lost" | "retiring">>,
  ): Promise<void> => {
    const record = { ...entry.record, ...marks };
    await clusters.put(record);
    // Its connection may have come meanwhile.
    set({ ...(pooled.get(record.name) ?? entry), record });
  };

  return {
    list: () => [...pooled.values()].sort((a, b) => (a.record.name < b.record.name ? -1 : 1)),
    get: (name) => pooled.get(name),
    async open() {
      for (const record of await clusters.list()) if (!pooled.has(record.name)) void start(record, running);
    },
    embed: (embedded) =>
      inTurn(async () => {
        const names = new Set(embedded.map(({ name }) => name));
        for (const name of seen.keys()) if (!names.has(name)) seen.delete(name);
        for (const one of embedded) await embedOne(one);
      }),
    async settled() {
      await Promise.all(connecting);
    },
    async put(record) {
      await clusters.put(record);
      await start(record, running);
      return pooled.get(record.name) ?? { record, link: undefined, trouble: "it was removed", stopped: false };
    },
    async remove(name) {
      await clusters.remove(name);
      pooled.get(name)?.link?.close();
      const record = pooled.get(name)?.record;
      pooled.delete(name);
      attempts.delete(name);
      if (record !== undefined) options.onChange(record, undefined);
    },
    declareLost: (name, lost) =>
      inTurn(async () => {
        const entry = pooled.get(name);
        if (entry === undefined) return true;
        const { environment } = entry.record;
        const others = [...pooled.values()].filter(
          ({ record }) => record.environment === environment && record.name !== name,
        );
        if (lost !== undefined && others.every(({ record }) => record.lost !== undefined)) return false;
        await mark(entry, { lost });
        return true;
      }),
    retire: (name, retiring) =>
      inTurn(async () => {
        const entry = pooled.get(name);
        if (entry !== undefined) await mark(entry, { retiring });
      }),
    isEmbedded: (name) => seen.has(name),
    close() {
      for (const { link } of pooled.values()) link?.close();
      pooled.clear();
      attempts.clear();
    },
  };
}
