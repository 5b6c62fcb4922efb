import type { Pod } from "./kinds/pod.ts";

/** Whether the pod has run for the last time; what made it may put another in its place. */
export function isFinished({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

/** Whether the pod says that it can take requests; one that is being deleted may still say so. */
export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") ?? false;
}

/** Whether the pod gets requests: it is ready, and not on its way out. */
export function takesRequests(pod: Pod): boolean {
  return isReady(pod) && pod.metadata.deletionTimestamp === undefined;
}
