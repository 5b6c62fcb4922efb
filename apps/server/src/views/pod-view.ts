import type { Pod as PodView } from "@fairway/api";
import { releaseLabel, slotLabel } from "@fairway/manifests";
import { type Pod, takesRequests } from "@fairway/objects";

/** A pod as people see it. */
export function podView(pod: Pod): PodView {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const reason =
    statuses.map(({ state }) => state?.waiting?.reason ?? state?.terminated?.reason).find((one) => one !== undefined) ??
    pod.status?.reason;
  return {
    name: pod.metadata.name,
    slot: pod.metadata.labels?.[slotLabel] ?? "",
    release: pod.metadata.labels?.[releaseLabel] ?? "",
    phase: pod.metadata.deletionTimestamp === undefined ? (pod.status?.phase ?? "Pending") : "Terminating",
    ready: takesRequests(pod),
    restarts: statuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    ...(reason === undefined ? {} : { reason }),
    ...(pod.status?.startTime === undefined ? {} : { startedAt: pod.status.startTime }),
  };
}
