import { isReady, type Pod } from "@fairway/objects";
import { conditionOf } from "../conditions.ts";
import { timeOf } from "../object-key.ts";

const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

/**
 * Active pods in the order in which they are deleted: the least useful first (k8s.io/kubernetes
 * `pkg/controller/controller_utils.go`, `ActivePodsWithRanks`).
 */
export function inDeletionOrder(pods: readonly Pod[]): readonly Pod[] {
  return pods.toSorted(
    (a, b) =>
      Number(a.spec?.nodeName !== undefined) - Number(b.spec?.nodeName !== undefined) ||
      phaseRank(a) - phaseRank(b) ||
      Number(isReady(a)) - Number(isReady(b)) ||
      cost(a) - cost(b) ||
      readySince(b) - readySince(a) ||
      restarts(b) - restarts(a) ||
      (timeOf(b.metadata.creationTimestamp) ?? 0) - (timeOf(a.metadata.creationTimestamp) ?? 0) ||
      (a.metadata.name < b.metadata.name ? 1 : -1),
  );
}

function phaseRank(pod: Pod): number {
  return pod.status?.phase === "Running" ? 2 : pod.status?.phase === "Unknown" ? 1 : 0;
}

function cost(pod: Pod): number {
  const value = Number(pod.metadata.annotations?.[DELETION_COST] ?? 0);
  return Number.isSafeInteger(value) ? value : 0;
}

function readySince(pod: Pod): number {
  const ready = conditionOf(pod.status?.conditions, "Ready");
  return ready?.status === "True" ? (timeOf(ready.lastTransitionTime) ?? 0) : 0;
}

function restarts(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((most, one) => Math.max(most, one.restartCount), 0);
}
