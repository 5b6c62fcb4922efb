import {
  isFinished,
  isLimitRange,
  isPod,
  isResourceQuota,
  type KubernetesObject,
  keyOf,
  type Pod,
} from "@fairway/objects";
import { isOurs } from "../cluster/ownership.ts";
import { isReplica } from "../cluster/progress.ts";
import type { Plan } from "../plan/plan.ts";
import { type Cluster, ClusterError } from "../ports.ts";
import type { PrepareFinding } from "../state/rollout-event.ts";
import { limitFindings } from "./limit-room.ts";
import { nodeFindings } from "./node-room.ts";
import { withDefaults } from "./pod-size.ts";
import { quotaFindings } from "./quota-room.ts";
import type { WorkloadPods } from "./release-pods.ts";

const none: readonly KubernetesObject[] = [];

/**
 * Bounds of the namespace and nodes, as they will be when the pods come. What may not be seen is not judged.
 *
 * @param pods the release's, as they would be stored
 * @param brought its objects, as they would be stored
 * @param exists whether the service's namespace does
 */
export async function roomFindings(
  cluster: Cluster,
  plan: Plan,
  { pods, brought }: { readonly pods: readonly WorkloadPods[]; readonly brought: readonly KubernetesObject[] },
  exists: boolean,
  signal: AbortSignal,
): Promise<readonly PrepareFinding[]> {
  const seen = async (kind: string): Promise<readonly KubernetesObject[]> =>
    exists ? listSeen(cluster, kind, plan.namespace, signal) : [];
  const [ranges, quotas] = await Promise.all([seen("LimitRange"), seen("ResourceQuota")]);
  const allQuotas = asTheyWillBe(brought, quotas).filter(isResourceQuota);
  const [inside, room] = await Promise.all([
    allQuotas.length === 0 && !otherSlot(plan) ? none : seen("Pod"),
    nodesSeen(cluster, signal),
  ]);
  const present = inside.filter(isPod).filter((pod) => !isFinished(pod));
  const isOwn = (pod: Pod): boolean => isReplica(pod) && isOurs(pod, plan) && pod.metadata.namespace === plan.namespace;
  const beside = otherSlot(plan) ? present.filter(isOwn).length : 1;
  const bounds = asTheyWillBe(brought, ranges).filter(isLimitRange);
  const sized = pods.map((one) => ({ ...one, pod: withDefaults(one.pod, bounds) }));
  return [
    ...limitFindings(cluster.name, sized, bounds),
    ...quotaFindings(cluster.name, {
      quotas: allQuotas,
      own: new Set(brought.filter(isResourceQuota).map(({ metadata }) => metadata.name)),
      pods: sized,
      others: present.filter((pod) => !isOwn(pod)),
      beside,
    }),
    ...(room === undefined ? [] : nodeFindings(cluster.name, sized, room, isOwn, beside)),
  ];
}

/** The release's own as it brings them, all others as they are: what it brings no more goes after its pods have come. */
function asTheyWillBe(
  brought: readonly KubernetesObject[],
  live: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  const keys = new Set(brought.map(keyOf));
  return [...brought, ...live.filter((one) => !keys.has(keyOf(one)))];
}

/** A release that comes up in the other slot stands beside the whole former one. */
function otherSlot({ from, target }: Plan): boolean {
  return from !== undefined && target !== undefined && from.slot !== target.slot;
}

async function listSeen(
  cluster: Cluster,
  kind: string,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  try {
    return await cluster.list({ apiVersion: "v1", kind, namespace }, signal);
  } catch (error) {
    if (error instanceof ClusterError && error.code !== "unreachable") return [];
    throw error;
  }
}

async function nodesSeen(cluster: Cluster, signal: AbortSignal): ReturnType<Cluster["nodes"]> {
  try {
    return await cluster.nodes(signal);
  } catch (error) {
    if (error instanceof ClusterError && error.code !== "unreachable") return undefined;
    throw error;
  }
}
