import type { Container, IntOrString, Probe } from "@fairway/objects";
import { type Clock, sleep } from "../clock/clock.ts";
import type { ProbeAction, ProbeOutcome } from "./container-runtime.ts";

type ProbeKind = "Startup" | "Liveness" | "Readiness";

/** Until a container is ready for the first time it is asked again after so long, then twice as long, up to its period. */
const FIRST_QUICK_MILLISECONDS = 50;

export interface ProbesContext {
  readonly clock: Clock;
  readonly container: Container;
  /** The container's own port, when it has one. */
  readonly port: number | undefined;
  /** Aborts when the container ends or is told to end. */
  readonly signal: AbortSignal;
  probe(action: ProbeAction, timeoutMilliseconds: number): Promise<ProbeOutcome>;
  onStarted(): void;
  onReady(ready: boolean): void;
  /** A failed probe, for the Unhealthy event. */
  onFailure(kind: ProbeKind, output: string): void;
  /** The container shall be killed and started again. */
  onUnhealthy(kind: "Startup" | "Liveness"): void;
}

/**
 * Runs a container's probes until the signal aborts: startup first, then liveness and readiness, each in its period, with its own
 * thresholds. One difference to the kubelet: while a container has not been ready (or started) yet, it is also asked between
 * the periods, so that a local rollout takes as long as the service does; such extra failures count for nothing.
 */
export async function runProbes(context: ProbesContext): Promise<void> {
  const { container, signal } = context;
  const startedAt = context.clock.now();
  if (container.startupProbe) {
    if (!(await untilStarted(container.startupProbe))) return;
  }
  if (signal.aborted) return;
  context.onStarted();
  await Promise.all([
    container.livenessProbe && watch("Liveness", container.livenessProbe),
    container.readinessProbe ? watch("Readiness", container.readinessProbe) : context.onReady(true),
  ]);

  async function untilStarted(probe: Probe): Promise<boolean> {
    let started = false;
    await loop("Startup", probe, (healthy) => {
      if (healthy) started = true;
      else context.onUnhealthy("Startup");
      return "stop";
    });
    return started;
  }

  function watch(kind: "Liveness" | "Readiness", probe: Probe): Promise<void> {
    return loop(kind, probe, (healthy) => {
      if (kind === "Readiness") context.onReady(healthy);
      else if (!healthy) {
        context.onUnhealthy("Liveness");
        return "stop";
      }
      return "go on";
    });
  }

  /** Calls `decide` when a threshold is passed. */
  async function loop(kind: ProbeKind, probe: Probe, decide: (healthy: boolean) => "go on" | "stop"): Promise<void> {
    const period = (probe.periodSeconds ?? 10) * 1000;
    const first = startedAt + (probe.initialDelaySeconds ?? 0) * 1000;
    const action = probeAction(probe, container, context.port);
    let quick = kind === "Liveness" ? 0 : FIRST_QUICK_MILLISECONDS;
    let due = first;
    let successes = 0;
    let failures = 0;
    await sleep(context.clock, Math.max(0, first - context.clock.now()), signal);
    while (!signal.aborted) {
      const now = context.clock.now();
      // The very first one is extra too: nothing listens in its first instant.
      const counts = quick === 0 || now >= due + period;
      if (now >= due + period) due += period * Math.floor((now - due) / period);
      const outcome = await context.probe(action, (probe.timeoutSeconds ?? 1) * 1000);
      if (signal.aborted) return;
      if (outcome.ok) {
        failures = 0;
        // It lives: from here on the periods count, also towards a higher threshold.
        quick = 0;
        if (++successes >= (probe.successThreshold ?? 1)) {
          if (decide(true) === "stop") return;
        }
      } else {
        successes = 0;
        if (counts) {
          context.onFailure(kind, outcome.output);
          if (++failures >= (probe.failureThreshold ?? 3) && decide(false) === "stop") return;
        }
      }
      const next = Math.max(0, due + period - context.clock.now());
      await sleep(context.clock, quick === 0 ? next : Math.min(quick, next), signal);
      if (quick !== 0) quick = Math.min(quick * 2, period);
    }
  }
}

/** What a probe does, with the container's real port in place of the declared one. */
export function probeAction(probe: Probe, container: Container, port: number | undefined): ProbeAction {
  if (probe.httpGet) {
    const { path = "/", httpHeaders = [] } = probe.httpGet;
    return { kind: "http", port: realPort(probe.httpGet.port, container, port), path, headers: httpHeaders };
  }
  if (probe.tcpSocket) return { kind: "tcp", port: realPort(probe.tcpSocket.port, container, port) };
  return { kind: "exec", command: probe.exec?.command ?? [] };
}

function realPort(wanted: IntOrString, container: Container, port: number | undefined): number {
  const ports = container.ports ?? [];
  const declared = ports.find((one) => (typeof wanted === "number" ? one.containerPort : one.name) === wanted);
  if (declared !== undefined && declared === ports[0] && port !== undefined) return port;
  return declared?.containerPort ?? (typeof wanted === "number" ? wanted : 0);
}
