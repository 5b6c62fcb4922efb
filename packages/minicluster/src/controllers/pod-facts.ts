import { isFinished, type Pod } from "@fairway/objects";
import { conditionOf } from "./conditions.ts";
import { timeOf } from "./object-key.ts";

/** Counts as one of its owner's replicas: neither finished nor being deleted. */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Milliseconds until the pod counts as available; 0 when it does, undefined while it is not ready. */
export function untilAvailable(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  const ready = conditionOf(pod.status?.conditions, "Ready");
  if (ready?.status !== "True") return undefined;
  if (minReadySeconds <= 0) return 0;
  const since = timeOf(ready.lastTransitionTime);
  return since === undefined ? undefined : Math.max(0, since + minReadySeconds * 1000 - now);
}

/** The shortest wait that is still to come; undefined when there is none. */
export function soonest(waits: readonly (number | undefined)[]): number | undefined {
  let least: number | undefined;
  for (const wait of waits) if (wait !== undefined && wait > 0 && (least === undefined || wait < least)) least = wait;
  return least;
}
