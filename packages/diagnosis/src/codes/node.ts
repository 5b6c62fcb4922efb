import type { Pod } from "@fairway/objects";
import type { Finding } from "../cause.ts";
import { conditionOf, elapsed, eventsOf, eventTime, type Subject, time, who } from "../subject.ts";

/** How long it is told that a node gave a pod up, in milliseconds: another pod has long taken its place. */
const memory = 600_000;
/** From so many on it is no accident. */
const often = 3;

/** Pods that their node gave up: for lack of memory or disk, because it was shut down, or had no room after all. */
export function evictedFindings(subject: Subject, pods: readonly Pod[]): readonly Finding[] {
  const given = pods.filter(
    (pod) => pod.status?.phase === "Failed" && pod.status.reason !== undefined && sinceEnd(subject, pod) < memory,
  );
  return given.map((pod) => ({
    code: "Evicted",
    severity: given.length >= often ? "likely" : "transient",
    summary: `a node gave up a pod of ${who(subject)}`,
    object: `Pod/${pod.metadata.name}`,
    message: [pod.status?.reason, pod.status?.message?.trim()].filter(Boolean).join(": "),
    advice:
      "another one takes its place; if it goes on, let it use less memory and disk, or ask the cluster's owner for room",
  }));
}

/** A pod that cannot be seen any more, because its node is silent. Old health is no health. */
export function nodeLostFinding(subject: Subject, pod: Pod): Finding | undefined {
  const ready = conditionOf(pod, "Ready");
  if (ready?.status !== "False" || pod.spec?.nodeName === undefined) return undefined;
  const said = eventsOf(subject, pod).findLast(({ reason }) => reason === "NodeNotReady");
  // The node itself says so when a container is not ready; here the cluster said it in the node's place.
  const sawWell = pod.status?.containerStatuses?.every((status) => status.ready) ?? false;
  if (said === undefined || !sawWell || eventTime(said) < (time(ready.lastTransitionTime) ?? 0) - 1_000) {
    return undefined;
  }
  return {
    code: "NodeLost",
    severity: "likely",
    summary: `the node of ${who(subject)} does not answer`,
    object: `Pod/${pod.metadata.name}`,
    message: `node ${pod.spec.nodeName} is not ready`,
    advice: "the cluster's owner must see to the node; pods are made anew elsewhere after some minutes",
  };
}

function sinceEnd(subject: Subject, { status }: Pod): number {
  const ends = [
    ...(status?.containerStatuses ?? []).map(({ state }) => state?.terminated?.finishedAt),
    ...(status?.conditions ?? []).map(({ lastTransitionTime }) => lastTransitionTime),
    status?.startTime,
  ];
  const last = ends.reduce((latest, one) => Math.max(latest, time(one) ?? 0), 0);
  return last === 0 ? 0 : elapsed(subject, new Date(last).toISOString());
}
