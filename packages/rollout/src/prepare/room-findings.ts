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
import { type Cluster, ClusterError, type ClusterNodes } from "../ports.ts";
import type { PrepareFinding } from "../state/rollout-event.ts";
import { limitFindings } from "./limit-room.ts";
import { nodeFindings } from "./node-room.ts";
import { withDefaults } from "./pod-size.ts";
import { quotaFindings } from "./quota-room.ts";
import type { WorkloadPods } from "./release-pods.ts";

/** Bounds of the service's namespace, and nodes, as they are; of what may not be seen there is nothing. */
export interface SeenRoom {
  readonly ranges: readonly KubernetesObject[];
  readonly quotas: readonly KubernetesObject[];
  /** Pods of the namespace. */
  readonly inside: readonly KubernetesObject[];
  readonly nodes: ClusterNodes | undefined;
}

/** @param exists whether the service's namespace does */
export async function seeRoom(
  cluster: Cluster,
  { namespace }: Pick<Plan, "namespace">,
  exists: boolean,
  signal: AbortSignal,
): Promise<SeenRoom> {
  const seen = async (kind: string): Promise<readonly KubernetesObject[]> =>
    exists ? listSeen(cluster, kind, namespace, signal) : [];
  const [ranges, quotas, inside, nodes] = await Promise.all([
    seen("LimitRange"),
    seen("ResourceQuota"),
    seen("Pod"),
    nodesSeen(cluster, signal),
  ]);
  return { ranges, quotas, inside, nodes };
}

/**
 * What bounds and nodes say of the pods, as these will be when the pods come. Pure.
 *
 * @param pods the release's, as they would be stored
 * @param brought its objects, as they would be stored
 */
export function roomFindings(
  cluster: string,
  plan: Plan,
  { pods, brought }: { readonly pods: readonly WorkloadPods[]; readonly brought: readonly KubernetesObject[] },
  { ranges, quotas, inside, nodes: room }: SeenRoom,
): readonly PrepareFinding[] {
  const allQuotas = asTheyWillBe(brought, quotas).filter(isResourceQuota);
  const present = inside.filter(isPod).filter((pod) => !isFinished(pod));
  const isOwn = (pod: Pod): boolean => isReplica(pod) && isOurs(pod, plan) && pod.metadata.namespace === plan.namespace;
  const beside = otherSlot(plan) ? present.filter(isOwn).length : 1;
  const bounds = asTheyWillBe(brought, ranges).filter(isLimitRange);
  const sized = pods.map((one) => ({ ...one, pod: withDefaults(one.pod, bounds) }));
  return [
    ...limitFindings(cluster, sized, bounds),
    ...quotaFindings(cluster, {
      quotas: allQuotas,
      own: new Set(brought.filter(isResourceQuota).map(({ metadata }) => metadata.name)),
      pods: sized,
      others: present.filter((pod) => !isOwn(pod)),
      beside,
    }),
    ...(room === undefined ? [] : nodeFindings(cluster, sized, room, isOwn, beside)),
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
