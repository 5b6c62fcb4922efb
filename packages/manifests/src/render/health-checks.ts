import type { Container, Probe } from "@fairway/objects";
import { defaults, type HealthCheck, type ProfileSettings, type ServiceSpec } from "@fairway/spec";

type CheckName = keyof ServiceSpec["health"];

/** Whether a service without checks gets one, and whether its pods are drained before they stop: a job serves nobody. */
export function servesRequests(spec: Pick<ServiceSpec, "kind">): boolean {
  return spec.kind !== "job";
}

/** A check as app.toml has it, or at the path that the profile names for services; undefined: none. */
export function healthCheck(
  name: CheckName,
  spec: Pick<ServiceSpec, "health" | "kind">,
  profile: Pick<ProfileSettings, "health">,
): HealthCheck | undefined {
  const own = spec.health[name];
  if (own !== undefined) return own === false ? undefined : own;
  const path = profile.health[name];
  return path === undefined || !servesRequests(spec) ? undefined : { path, ...defaults.health[name] };
}

export function probes(
  spec: Pick<ServiceSpec, "health" | "kind">,
  profile: Pick<ProfileSettings, "health">,
): Pick<Container, "livenessProbe" | "readinessProbe" | "startupProbe"> {
  const live = healthCheck("live", spec, profile);
  const ready = healthCheck("ready", spec, profile);
  const startup = healthCheck("startup", spec, profile);
  const connects = spec.health.ready !== false && servesRequests(spec);
  return {
    ...(startup ? { startupProbe: httpProbe(startup) } : {}),
    ...(live ? { livenessProbe: httpProbe(live) } : {}),
    ...(ready ? { readinessProbe: httpProbe(ready) } : connects ? { readinessProbe: connectProbe } : {}),
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
const connectProbe: Probe = { tcpSocket: { port: "http" }, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3 };
