import type { Pod } from "@fairway/objects";
import type { Finding, Severity } from "../cause.ts";
import { elapsed, eventsOf, eventTime, type Subject, time, who } from "../subject.ts";

/** Nodes may be about to come back or to be freed, in milliseconds. */
const unremarkable = 15_000;
const hopeless = 60_000;

/** What the cluster autoscaler and Karpenter say when they bring a node, and that none of theirs would help. */
const helps = new Set(["TriggeredScaleUp", "Nominated"]);
const cannotHelp = "NotTriggerScaleUp";
/** How long a node may take to come, in milliseconds: the cluster autoscaler's `--max-node-provision-time`. */
const bringing = 900_000;

/** A pod for which no node has room. An autoscaler that has begun to add one makes it a matter of waiting. */
export function schedulingFinding(subject: Subject, pod: Pod): Finding | undefined {
  const condition = pod.status?.conditions?.find((one) => one.type === "PodScheduled");
  if (condition?.status !== "False" || condition.reason !== "Unschedulable") return undefined;
  const scaled = eventsOf(subject, pod).findLast(({ reason = "" }) => helps.has(reason) || reason === cannotHelp);
  const scaling = scaled !== undefined && helps.has(scaled.reason ?? "") && subject.now - eventTime(scaled) < bringing;
  const refused = scaled?.reason === cannotHelp;
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
