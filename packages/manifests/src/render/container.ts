import type { Container, ContainerPort } from "@fairway/objects";
import type { EngineName, ServiceSpec } from "@fairway/spec";
import { probes, servesRequests } from "./health-checks.ts";
import type { Place } from "./place.ts";
import { resources } from "./resources.ts";
import { containerSecurity } from "./security-context.ts";

/** What starts a snapshot that does not say; engines that are not here have it in their image, or must say it. */
const usualCommand: Partial<Record<EngineName, readonly string[]>> = {
  node: ["node", "."],
  golang: ["./app"],
};

/**
 * Seconds that a pod goes on serving after its deletion began. Proxies need that long to hear of it; in the meantime
 * they still send requests.
 */
export function drainSeconds(spec: Pick<ServiceSpec, "kind">): number {
  return servesRequests(spec) ? 5 : 0;
}

/** The words that start a service; undefined: its image knows. */
export function commandOf(spec: Pick<ServiceSpec, "run" | "engine">): readonly string[] | undefined {
  return spec.run.command ?? usualCommand[spec.engine.name];
}

/**
 * The service's own container, `app`, which listens on the port named `http`.
 *
 * @param memoryFactor What its memory limit is multiplied with.
 */
export function appContainer(place: Place, memoryFactor: number): Container {
  const { spec } = place.inputs;
  const command = commandOf(spec);
  const drain = drainSeconds(spec);
  return container(place, {
    ...(command === undefined ? {} : { command }),
    ...(spec.run.args.length === 0 ? {} : { args: spec.run.args }),
    ports: portsOf(spec),
    resources: resources(spec, place.cluster.profile, memoryFactor),
    ...probes(spec, place.cluster.profile),
    ...(drain === 0 ? {} : { lifecycle: { preStop: { sleep: { seconds: drain } } } }),
  });
}

/** Another command in the service's image, with the same variables, sizes and bounds: a cron, a migration. */
export function commandContainer(place: Place, command: readonly string[]): Container {
  return container(place, { command, resources: resources(place.inputs.spec, place.cluster.profile) });
}

function container(place: Place, own: Partial<Container>): Container {
  const { inputs, cluster, variables } = place;
  const { command, args, ports, ...others } = own;
  return {
    name: "app",
    image: cluster.image,
    imagePullPolicy: "IfNotPresent",
    ...(command === undefined ? {} : { command }),
    ...(args === undefined ? {} : { args }),
    ...(ports === undefined ? {} : { ports }),
    env: [{ name: "PORT", value: String(inputs.spec.run.port) }],
    envFrom: [{ configMapRef: { name: variables.name } }],
    ...others,
    ...containerSecurity(cluster.profile.security),
    // The root is read-only; almost every program expects this one folder to be writable.
    volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
  };
}

function portsOf({ run, metrics }: ServiceSpec): readonly ContainerPort[] {
  const http = { name: "http", containerPort: run.port, protocol: "TCP" };
  const port = metrics?.port ?? run.port;
  return port === run.port ? [http] : [http, { name: "metrics", containerPort: port, protocol: "TCP" }];
}
