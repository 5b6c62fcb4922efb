import { type KubernetesObject, keyOf, refOf } from "@fairway/objects";
import { type Cluster, ClusterError } from "../ports.ts";
import type { InventoryIdentity } from "./inventory.ts";
import { yielding } from "./kept-fields.ts";
import { ForeignObject, isOurs } from "./ownership.ts";
import { mayTakeReplicas, replicasAtStake, startingReplicas, withReplicas } from "./replicas.ts";

/**
 * A namespace that every cluster has: while the service's own does not exist, its objects are tried there, under other
 * names. Rules of that namespace itself (rights, quotas, policies) do not count, only whether the objects are valid.
 */
const scratchNamespace = "default";
const scratchPrefix = "try-";

export interface TriedObject {
  /** What is there now. */
  readonly live: KubernetesObject | undefined;
  /** What would be there; undefined where that cannot be said, because the namespace does not exist yet. */
  readonly next: KubernetesObject | undefined;
}

/**
 * Asks the API what an apply of the object would give; changes nothing. Replicas that pass to or from an autoscaler are as
 * the rollout will leave them. Throws `ForeignObject`, and `ClusterError` where it would be refused.
 *
 * @param place.exists whether the service's namespace does
 * @param place.desired all objects of the release
 * @param force as if other managers' fields were taken over
 */
export async function tryObject(
  cluster: Cluster,
  object: KubernetesObject,
  place: {
    readonly identity: InventoryIdentity;
    readonly exists: boolean;
    readonly desired: readonly KubernetesObject[];
  },
  signal: AbortSignal,
  force = false,
): Promise<TriedObject> {
  if (!place.exists && object.metadata.namespace !== undefined) {
    try {
      await cluster.apply(inScratch(object), { dryRun: true }, signal);
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      if (error.code === "invalid" || error.code === "unreachable" || error.code === "conflict") throw error;
    }
    return { live: undefined, next: undefined };
  }
  const live = await cluster.get(refOf(object), signal);
  if (live !== undefined && !isOurs(live, place.identity)) throw new ForeignObject(live);
  const wanted = yielding(object, live);
  const replicas = live === undefined ? startingReplicas(wanted, place.desired) : replicasAtStake(wanted, live);
  const tried = replicas === undefined ? wanted : withReplicas(wanted, replicas);
  try {
    return { live, next: await cluster.apply(tried, { dryRun: true, force }, signal) };
  } catch (error) {
    const keep = new Set(place.desired.map((one) => keyOf(one)));
    if (!(await mayTakeReplicas(cluster, tried, error, { identity: place.identity, keep }, signal))) throw error;
    return { live, next: await cluster.apply(tried, { dryRun: true, force: true }, signal) };
  }
}

/** The object as it is tried while its namespace does not exist. */
export function inScratch(object: KubernetesObject): KubernetesObject {
  const name = `${scratchPrefix}${object.metadata.name}`;
  return { ...object, metadata: { ...object.metadata, name, namespace: scratchNamespace } };
}
