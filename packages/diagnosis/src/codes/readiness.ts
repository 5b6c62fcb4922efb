import type { Probe } from "@fairway/objects";
import type { Finding } from "../cause.ts";
import { lastLines } from "../last-lines.ts";
import { type ContainerView, elapsed, eventsOf, eventTime, type Subject, time, who } from "../subject.ts";

/** What the API server fills in (k8s.io/api core/v1 Probe). */
const defaultPeriodSeconds = 10;
const defaultThreshold = 3;

/**
 * Beyond the tries that its check allows, a container may go on warming up for so long; milliseconds. One that needs
 * more says so by `[health] startup`, whose time is counted on top. Then nobody has to wait for the progress deadline.
 */
const warmUp = 30_000;

/**
 * A container that runs and is not ready. Until its checks had their due number of tries it is only slow; what it waits
 * for may still come for the time of `warmUp`; after that it is fatal, as far as a check has really failed.
 */
export function readinessFinding(subject: Subject, view: ContainerView): Finding | undefined {
  const { status, spec, pod, role } = view;
  const startedAt = status.state?.running?.startedAt;
  if (role === "init" || startedAt === undefined || status.ready || status.started === false) return undefined;
  const prefix = "Readiness probe failed";
  const since = time(startedAt) ?? 0;
  const event = eventsOf(subject, pod).findLast(
    (one) => one.reason === "Unhealthy" && one.message?.startsWith(prefix) && eventTime(one) >= since,
  );
  const message = event?.message?.slice(prefix.length).replace(/^:\s*/, "").trim();
  const probe = spec?.readinessProbe;
  const running = elapsed(subject, startedAt);
  const late = running > patience(probe);
  const startup = spec?.startupProbe === undefined ? 0 : patience(spec.startupProbe);
  const hopeless = event !== undefined && running > patience(probe) + startup + warmUp;
  return {
    code: "ReadinessFailing",
    severity: hopeless ? "fatal" : late ? "likely" : "transient",
    summary: late ? `${who(subject)} runs but does not get ready` : `${who(subject)} is not ready yet`,
    object: `Pod/${pod.metadata.name}`,
    container: status.name,
    restarts: status.restartCount,
    ...(message ? { message } : {}),
    ...(late ? lastLines(subject, view) : {}),
    advice: advice(probe, message),
  };
}

/** Milliseconds in which a probe may fail before the kubelet itself would draw a conclusion. */
export function patience(probe: Probe | undefined): number {
  const period = probe?.periodSeconds ?? defaultPeriodSeconds;
  return 1000 * ((probe?.initialDelaySeconds ?? 0) + period * (probe?.failureThreshold ?? defaultThreshold));
}

function advice(probe: Probe | undefined, message: string | undefined): string {
  const path = probe?.httpGet?.path ?? "/";
  if (message !== undefined && /refused|no connection|ECONNREFUSED/i.test(message)) {
    return "nothing listens there: let it listen on the port in $PORT, on all addresses";
  }
  if (probe?.httpGet !== undefined && message !== undefined && /statuscode|status code|HTTP/i.test(message)) {
    return `find out why ${path} does not answer with 200 to 399: its log says what it waits for`;
  }
  if (message !== undefined && /timeout|deadline|timed out/i.test(message)) {
    return "let the check answer faster, or raise timeout of [health] ready";
  }
  return probe?.httpGet === undefined
    ? "let it listen on the port in $PORT, on all addresses"
    : `let ${path} answer with 200 once it can serve, or correct [health] ready in app.toml`;
}
