/** A service's rollouts in simulated clusters: today's engine, the real adapter, an API with faults, and one virtual time. */
import { clusterOver } from "@fairway/kube";
import {
  type CallHooks,
  type Simulation,
  type SimulationOptions,
  startSimulation,
} from "@fairway/minicluster/simulation";
import type { KubernetesObject } from "@fairway/objects";
import {
  type OpenCluster,
  type ReleaseOptions,
  type Scenario,
  scenarioOver,
  virtualClock,
} from "@fairway/rollout/testing";

export interface SimulatedScenario extends Scenario<OpenCluster> {
  readonly simulation: Simulation;
  /** Ends everything; engines are the caller's. */
  end(): Promise<void>;
}

export interface SimulatedScenarioOptions extends Partial<Omit<SimulationOptions, "clock">> {
  /** Of the calls of one engine. */
  readonly hooks?: (owner: string) => CallHooks;
  /** Connections follow their whole cluster too, as a server's do; rollouts then read from that. */
  readonly watched?: boolean;
}

/** Kinds that an oracle looks at. */
const looked = [
  "namespaces",
  "serviceaccounts",
  "configmaps",
  "secrets",
  "services",
  "endpointslices",
  "deployments",
  "replicasets",
  "pods",
  "jobs",
  "cronjobs",
  "horizontalpodautoscalers",
  "poddisruptionbudgets",
  "networkpolicies",
  "ingresses",
];

/** As the renderer has it; a container without a probe is ready as soon as it runs, whatever comes then. */
const probed: ReleaseOptions["container"] = {
  ports: [{ name: "http", containerPort: 8080 }],
  readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 1 },
};

/** Two clusters, `alpha` and `beta`, unless told. */
export function simulatedScenario(options: SimulatedScenarioOptions = {}): SimulatedScenario {
  const clock = virtualClock();
  const simulation = startSimulation({ clusters: { alpha: {}, beta: {} }, ...options, clock });
  const time = { ...clock, random: simulation.random };
  const closing: (() => void)[] = [];
  const places = simulation.clusters.map(
    ({ name, objects }): OpenCluster => ({
      name,
      objects: (namespace): readonly KubernetesObject[] =>
        looked
          .flatMap((resource) => objects.list(resource))
          .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace),
    }),
  );
  const connect = (owner: string) =>
    simulation.clusters.map(({ name }) => {
      const transport = simulation.transport(name, owner, options.hooks?.(owner));
      const cluster = clusterOver({ name, transport, time });
      closing.push(cluster.close);
      if (options.watched === true) cluster.watchCluster({ observed: () => undefined, status: () => undefined });
      return cluster;
    });
  const scenario = scenarioOver(clock, places, connect);
  const { release } = scenario;
  return Object.assign(scenario, {
    simulation,
    release: (name: string, of: ReleaseOptions = {}) =>
      release(name, { ...of, container: { ...probed, ...of.container } }),
    async end() {
      for (const close of closing) close();
      const stopped = simulation.stop();
      await clock.advance(60_000);
      await stopped;
    },
  });
}
