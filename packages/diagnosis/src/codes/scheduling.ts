import type { Pod } from "@fairway/objects";
import type { Finding, Severity } from "../cause.ts";
import { elapsed, eventsOf, type Subject, time, who } from "../subject.ts";

/** Nodes may be about to come back or to be freed, in milliseconds. */
const unremarkable = 15_000;
const hopeless = 60_000;

/** A pod for which no node has room. An autoscaler that has begun to add one makes it a matter of waiting. */
export function schedulingFinding(subject: Subject, pod: Pod): Finding | undefined {
  const condition = pod.status?.conditions?.find((one) => one.type === "PodScheduled");
  if (condition?.status !== "False" || condition.reason !== "Unschedulable") return undefined;
  const events = eventsOf(subject, pod);
  const scaling = events.some((event) => event.reason === "TriggeredScaleUp");
  const refused = events.some((event) => event.reason === "NotTriggerScaleUp");
  const waited =
    subject.now -
    (time(condition.lastTransitionTime) ?? subject.now - elapsed(subject, pod.metadata.creationTimestamp));
  const severity: Severity = scaling
    ? "transient"
    : waited > hopeless
      ? "fatal"
      : waited > unremarkable || refused
        ? "likely"
        : "transient";
  return {
    code: "Unschedulable",
    severity,
    summary: scaling ? `${who(subject)} waits for a new node` : `no node has room for ${who(subject)}`,
    object: `Pod/${pod.metadata.name}`,
    ...(condition.message ? { message: condition.message } : {}),
    advice:
      "choose a smaller [engine] size or fewer replicas, or ask the platform's owner for more room in this cluster",
  };
}
