import { isPod, type Pod, refOf } from "@fairway/objects";
import { type Cluster, ClusterError } from "../ports.ts";
import type { InventoryIdentity } from "./inventory.ts";
import { ownLabels } from "./ownership.ts";
import { isReplica } from "./progress.ts";

/** A node tries these again by itself, after up to five minutes (kubelet `MaxContainerBackOff`). */
const backOffs = new Set(["CrashLoopBackOff", "ImagePullBackOff"]);

/**
 * Lets pods that wait in their back-off be made anew, which starts at once: who deploys a release once more has mended what it
 * lacked, and should not wait for what was before. Where the right is missing, the node's own time is waited for.
 */
export async function endBackOff(cluster: Cluster, identity: InventoryIdentity, signal: AbortSignal): Promise<void> {
  const of = { apiVersion: "v1", kind: "Pod", namespace: identity.namespace, labels: ownLabels(identity) };
  const waiting = (await cluster.list(of, signal)).filter(isPod).filter((pod) => isReplica(pod) && isInBackOff(pod));
  for (const pod of waiting) {
    const { uid } = pod.metadata;
    try {
      await cluster.delete(refOf(pod), uid === undefined ? {} : { uid }, signal);
    } catch (error) {
      if (!(error instanceof ClusterError) || !["forbidden", "conflict"].includes(error.code)) throw error;
    }
  }
}

function isInBackOff({ status, metadata }: Pod): boolean {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const waits = statuses.some(({ state }) => backOffs.has(state?.waiting?.reason ?? ""));
  return waits && metadata.deletionTimestamp === undefined;
}
