/** Where a story is told: two kinds of clusters under one interface. */
import type { SimulatedCluster, Simulation } from "@fairway/minicluster/simulation";
import { behaviours } from "@fairway/minicluster/simulation";
import { isPod } from "@fairway/objects";
import { type OpenCluster, type Scenario, scenario } from "@fairway/rollout/testing";
import { simulatedScenario } from "./simulated-scenario.ts";

/**
 * `memory`: the port itself, over maps. `simulated`: the real adapter, over the API, controllers and nodes of the minicluster.
 */
export type WorldKind = "memory" | "simulated";

export interface World extends Scenario<OpenCluster> {
  readonly kind: WorldKind;
  /** Of simulated clusters: for faults of the API. */
  readonly simulation: Simulation | undefined;
  /** Called after each stored change that may matter to requests. */
  onChange(listener: (cluster: OpenCluster) => void): void;
  cut(cluster: string, milliseconds: number): void;
  /** Backs the stores of all clusters up, as they are now. */
  backUp(): void;
  /** Puts a cluster's store back to its backup. Memory clusters have none. */
  putBack(cluster: string): void;
  /** From now on the pods of this release crash in this cluster. */
  crash(release: string, cluster: string): void;
  /** Names of migration Jobs of which a pod has run, one for each pod. */
  migrations(): readonly string[];
  /** What went wrong in the simulation itself. */
  errors(): readonly string[];
  end(): Promise<void>;
}

export interface WorldOptions {
  readonly clusters: readonly string[];
  /** Of memory clusters only: the simulated ones have no gateway. */
  readonly router?: "gateway";
  readonly seed: number;
  /** Simulated clusters are followed as a whole too. */
  readonly watched?: boolean;
}

export function openWorld(kind: WorldKind, options: WorldOptions): World {
  return kind === "memory" ? memoryWorld(options) : simulatedWorld(options);
}

function memoryWorld({ clusters, router }: WorldOptions): World {
  const world = scenario(clusters, router === undefined ? {} : { router });
  return Object.assign(world, {
    kind: "memory" as const,
    simulation: undefined,
    onChange(listener: (cluster: OpenCluster) => void) {
      for (const cluster of world.clusters) cluster.onChange(() => listener(cluster));
    },
    cut(name: string, milliseconds: number) {
      world.cluster(name).cut();
      world.clock.after(milliseconds, () => world.cluster(name).mend());
    },
    backUp: () => undefined,
    putBack(name: string) {
      throw new Error(`${name} has no backup: it is a memory cluster`);
    },
    crash: (release: string, name: string) => world.cluster(name).script(release, { kind: "crash", exitCode: 1 }),
    migrations: () => world.clusters.flatMap(({ jobs }) => jobs),
    errors: () => [],
    end: async () => undefined,
  });
}

/** Kinds that decide what a request meets. */
const met = new Set(["pods", "services", "endpointslices"]);

function simulatedWorld({ clusters, seed, watched = false }: WorldOptions): World {
  const world = simulatedScenario({
    ...{ seed, watched },
    clusters: Object.fromEntries(clusters.map((name) => [name, {}])),
  });
  const { simulation } = world;
  const ran = new Map<string, string>();
  const backups = new Map<string, ReturnType<SimulatedCluster["backup"]>>();
  for (const { objects } of simulation.clusters) {
    objects.subscribe(({ resource, object }) => {
      if (resource !== "pods" || !isPod(object) || object.status?.phase !== "Running") return;
      const [owner] = object.metadata.ownerReferences ?? [];
      if (owner?.kind === "Job") ran.set(object.metadata.uid ?? "", owner.name);
    });
  }
  return Object.assign(world, {
    kind: "simulated" as const,
    onChange(listener: (cluster: OpenCluster) => void) {
      for (const { name, objects } of simulation.clusters) {
        objects.subscribe(({ resource }) => {
          if (met.has(resource)) listener(world.cluster(name));
        });
      }
    },
    cut: (name: string, milliseconds: number) => simulation.cut(name, milliseconds),
    backUp() {
      for (const cluster of simulation.clusters) backups.set(cluster.name, cluster.backup());
    },
    putBack(name: string) {
      const backup = backups.get(name);
      if (backup === undefined) throw new Error(`${name} was not backed up`);
      simulation.cluster(name).restore(backup);
    },
    crash: (release: string, name: string) =>
      simulation.cluster(name).play({ of: { release }, runs: behaviours.crash(1, "no database") }),
    migrations: () => [...ran.values()],
    errors: () => simulation.clusters.flatMap(({ errors }) => errors),
  });
}
