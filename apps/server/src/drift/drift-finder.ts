import type { DriftChange, ServiceDrift } from "@fairway/api";
import type { RolloutIndex } from "@fairway/catalog";
import { placeInSlot } from "@fairway/manifests";
import { describeRef, refOf } from "@fairway/objects";
import {
  type Active,
  type Clock,
  type ClusterDrift,
  carriedName,
  type DriftMemory,
  findDrift,
  type Journal,
  type Releases,
  type StoredRelease,
} from "@fairway/rollout";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { environments } from "../clusters/environments.ts";
import { pooledPort } from "../clusters/pooled-port.ts";

/** Among so many of a service's newest rollouts is the one that brought what is active. */
const remembered = 50;
/** Milliseconds for one cluster to answer everything. */
const reach = 15_000;

export interface FinderParts {
  readonly pool: ClusterPool;
  readonly journal: Pick<Journal<unknown>, "active" | "read">;
  readonly index: Pick<RolloutIndex, "list">;
  /** The stored releases as the engine reads them. */
  readonly stored: Releases;
  readonly clock: Clock;
}

/** `unfinished`: the number of the rollout that is changing what runs. */
export type Finding =
  | { readonly drift: Omit<ServiceDrift, "kept">; readonly putBack: readonly PutBack[] }
  | { readonly unfinished: number }
  | { readonly absent: true };

/** A cluster that has an older state than what was rolled out there, as of a backup: of these epochs. */
export interface PutBack {
  readonly cluster: string;
  readonly from: number;
  readonly to: number;
}

/** Compares services with their active releases. */
export interface DriftFinder {
  find(environment: string, service: string, signal: AbortSignal): Promise<Finding>;
  /** The name of the active release. */
  active(environment: string, service: string): Promise<string | undefined>;
  /** Remembers nothing more of services that are none of these, `<environment>/<service>`. */
  keepOnly(services: ReadonlySet<string>): void;
  /** What the objects of the active release are called in it, by their names in a slot. */
  names(environment: string, service: string): Promise<ReadonlyMap<string, string>>;
}

export function createDriftFinder({ pool, journal, index, stored, clock }: FinderParts): DriftFinder {
  const memories = new Map<string, DriftMemory>();

  const activeOf = async (
    environment: string,
    service: string,
  ): Promise<{ readonly active: Active; readonly release: StoredRelease } | undefined> => {
    const active = await journal.active(environment, service);
    const release = active === undefined ? undefined : await stored.get(active.release);
    return active === undefined || release === undefined ? undefined : { active, release };
  };

  /** Under which what is active was begun: whatever is older in a cluster was there before. */
  const epochOf = async (environment: string, service: string): Promise<number> => {
    const listed = await index.list({ environment, service, limit: remembered });
    const brought = listed.find(({ status }) => status === "succeeded");
    return brought === undefined ? 0 : ((await journal.read(brought.number))[0]?.epoch ?? 0);
  };

  const inCluster = (
    cluster: string,
    { active, release, epoch }: { readonly active: Active; readonly release: StoredRelease; readonly epoch: number },
    signal: AbortSignal,
  ): Promise<ClusterDrift> => {
    const { service, environment, namespace } = release;
    const key = `${environment}/${service}/${cluster}`;
    const memory = memories.get(key) ?? new Map();
    memories.set(key, memory);
    const desired = placeInSlot(release.objects[cluster] ?? [], active.slot, carriedName(release, cluster));
    const identity = { service, environment, namespace };
    return findDrift(pooledPort(pool, cluster), identity, desired, { clock, reach, epoch, memory }, signal);
  };

  return {
    async find(environment, service, signal) {
      const [newest] = await index.list({ environment, service, limit: 1 });
      if (newest?.status === "unfinished") return { unfinished: newest.number };
      const found = await activeOf(environment, service);
      if (found === undefined) return { absent: true };
      const running = { ...found, epoch: await epochOf(environment, service) };
      const present = environments(pool).find(({ name }) => name === environment)?.clusters ?? [];
      const names = present
        .map(({ record }) => record.name)
        .filter((name) => Object.hasOwn(running.release.objects, name));
      const clusters = await Promise.all(
        names.map(async (cluster): Promise<ClusterDrift> => {
          if (newest?.converging.includes(cluster) !== true) return inCluster(cluster, running, signal);
          const problems = ["it has not been brought to the active release yet"];
          return { cluster, compared: false, objects: [], problems };
        }),
      );
      const drift = {
        ...{ service, environment, release: running.release.name },
        checkedAt: new Date(clock.now()).toISOString(),
        changes: changesOf(clusters),
        clusters: clusters.map(({ cluster, compared, problems, putBackTo }) => ({
          ...{ cluster, compared },
          problems: putBackTo === undefined ? [...problems] : ["it was put back to an earlier state", ...problems],
        })),
      };
      const putBack = clusters.flatMap(({ cluster, putBackTo: to }) =>
        to === undefined ? [] : [{ cluster, from: running.epoch, to }],
      );
      return { drift, putBack };
    },
    keepOnly(services) {
      for (const key of memories.keys()) if (!services.has(key.slice(0, key.lastIndexOf("/")))) memories.delete(key);
    },
    active: async (environment, service) => (await journal.active(environment, service))?.release,
    async names(environment, service) {
      const running = await activeOf(environment, service);
      if (running === undefined) return new Map();
      const { active, release } = running;
      const all = Object.values(release.objects).flat();
      const placed = placeInSlot(all, active.slot, release.name);
      return new Map(
        placed.flatMap((one, at) => {
          const plain = all[at];
          return plain === undefined ? [] : [[describeRef(refOf(one)), describeRef(refOf(plain))]];
        }),
      );
    },
  };
}

/** One line for each field and object, the same in several clusters once. */
function changesOf(clusters: readonly ClusterDrift[]): DriftChange[] {
  const found = new Map<string, DriftChange>();
  const add = (cluster: string, change: Omit<DriftChange, "clusters">): void => {
    const { at: _, ...what } = change;
    const key = JSON.stringify(what);
    const same = found.get(key);
    if (same === undefined) found.set(key, { clusters: [cluster], ...change });
    else same.clusters.push(cluster);
  };
  for (const { cluster, objects } of clusters) {
    for (const { change, fields, manager, at, ...ref } of objects) {
      const object = describeRef(ref);
      if (change !== "changed") {
        const by = { ...(manager === undefined ? {} : { manager }), ...(at === undefined ? {} : { at }) };
        add(cluster, { object, change, hidden: false, ...by, kept: false });
      }
      for (const { path, ...field } of fields) add(cluster, { object, field: path, ...field });
    }
  }
  return [...found.values()].toSorted((a, b) => Number(a.kept) - Number(b.kept));
}
