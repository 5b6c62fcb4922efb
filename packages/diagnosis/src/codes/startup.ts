import type { Finding } from "../cause.ts";
import { type ContainerView, elapsed, eventsOf, type Subject, who } from "../subject.ts";
import { patience } from "./readiness.ts";

/** A container whose startup check has not passed yet. The kubelet kills it when its time is over; see `crashFinding`. */
export function startupFinding(subject: Subject, { status, spec, pod }: ContainerView): Finding | undefined {
  const running = status.state?.running;
  if (running === undefined || status.ready || status.started !== false || spec?.startupProbe === undefined) {
    return undefined;
  }
  const prefix = "Startup probe failed";
  const event = eventsOf(subject, pod).findLast((one) => one.reason === "Unhealthy" && one.message?.startsWith(prefix));
  const message = event?.message?.slice(prefix.length).replace(/^:\s*/, "").trim();
  const late = elapsed(subject, running.startedAt) > patience(spec.startupProbe);
  return {
    code: "StartupFailing",
    severity: late ? "likely" : "transient",
    summary: late ? `${who(subject)} does not start in time` : `${who(subject)} is still starting`,
    object: `Pod/${pod.metadata.name}`,
    container: status.name,
    ...(message ? { message } : {}),
    advice: "let it start faster, or raise period or threshold of [health] startup",
  };
}
