import { type Container, formatCpu, formatMemory, type Probe, parseQuantity } from "@fairway/objects";
import type { EngineName, HealthCheck, ProfileSettings, ServiceSpec } from "@fairway/spec";
import type { ClusterFacts, ReleaseInputs } from "../release-inputs.ts";

/** What starts a snapshot that does not say; engines that are not here have it in their image, or must say it. */
const usualCommand: Partial<Record<EngineName, readonly string[]>> = {
  node: ["node", "."],
  golang: ["./app"],
};

/** Whether a service without checks gets one, and whether its pods are drained before they stop: a job serves nobody. */
function servesRequests(spec: ServiceSpec): boolean {
  return spec.kind !== "job";
}

/**
 * Seconds that a pod goes on serving after its deletion began. Proxies need that long to hear of it; in the meantime
 * they still send requests.
 */
export function drainSeconds(spec: ServiceSpec): number {
  return servesRequests(spec) ? 5 : 0;
}

/** The words that start a service; undefined: its image knows. */
export function commandOf(spec: Pick<ServiceSpec, "run" | "engine">): readonly string[] | undefined {
  return spec.run.command ?? usualCommand[spec.engine.name];
}

/** The service's one container, `app`, which listens on the port named `http`. */
export function container({ spec }: ReleaseInputs, { image, profile }: ClusterFacts, variables: string): Container {
  const command = commandOf(spec);
  const drain = drainSeconds(spec);
  return {
    name: "app",
    image,
    imagePullPolicy: "IfNotPresent",
    ...(command === undefined ? {} : { command }),
    ...(spec.run.args.length === 0 ? {} : { args: spec.run.args }),
    ports: [{ name: "http", containerPort: spec.run.port, protocol: "TCP" }],
    env: [{ name: "PORT", value: String(spec.run.port) }],
    envFrom: [{ configMapRef: { name: variables } }],
    resources: resources(profile, spec),
    ...probes(spec),
    ...(drain === 0 ? {} : { lifecycle: { preStop: { sleep: { seconds: drain } } } }),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
    },
    // The root is read-only; almost every program expects this one folder to be writable.
    volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
  };
}

function resources(profile: ProfileSettings, spec: ServiceSpec): NonNullable<Container["resources"]> {
  const requests = profile.sizes[spec.engine.size];
  const times = (quantity: string, factor: number): number => (parseQuantity(quantity) ?? 0) * factor;
  return {
    requests: { cpu: requests.cpu, memory: requests.memory },
    limits: {
      cpu: formatCpu(times(requests.cpu, profile.limitFactors.cpu)),
      memory: formatMemory(times(requests.memory, profile.limitFactors.memory)),
    },
  };
}

function probes(spec: ServiceSpec): Pick<Container, "livenessProbe" | "readinessProbe" | "startupProbe"> {
  const { live, ready, startup } = spec.health;
  return {
    ...(startup ? { startupProbe: httpProbe(startup) } : {}),
    ...(live ? { livenessProbe: httpProbe(live) } : {}),
    ...(ready ? { readinessProbe: httpProbe(ready) } : servesRequests(spec) ? { readinessProbe: connects } : {}),
  };
}

function httpProbe({ path, period, timeout, threshold }: HealthCheck): Probe {
  return {
    httpGet: { path, port: "http" },
    periodSeconds: period,
    timeoutSeconds: timeout,
    failureThreshold: threshold,
  };
}

/** A service that names no check is ready when it accepts connections. */
const connects: Probe = { tcpSocket: { port: "http" }, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3 };
