import { describeRef, type KubernetesObject, refOf, type SecretHider } from "@fairway/objects";
import type { TriedObject } from "../cluster/try-object.ts";
import type { Plan } from "../plan/plan.ts";
import type { Cluster } from "../ports.ts";
import type { PrepareFinding } from "../state/rollout-event.ts";
import { releasePods } from "./release-pods.ts";
import { roomFindings, seeRoom } from "./room-findings.ts";
import { accountsThere, tryPods } from "./try-pods.ts";

/** An object that the rollout writes, and what the cluster said of it. */
export interface KnownObject extends TriedObject {
  readonly object: KubernetesObject;
  /** Why it is refused. */
  readonly codes: readonly PrepareFinding["code"][];
}

/**
 * What stands in the way of the pods: one of each workload is tried, and room is looked for. Changes nothing.
 *
 * @param place.exists whether the service's namespace does
 */
export async function podsAndRoom(
  cluster: Cluster,
  plan: Plan,
  known: readonly KnownObject[],
  { exists, hider }: { readonly exists: boolean; readonly hider: SecretHider },
  signal: AbortSignal,
): Promise<readonly PrepareFinding[]> {
  const objects = known.map(({ object }) => object);
  const stored = new Map(known.map(({ object, next }) => [object, next]));
  // A workload that is not valid says the same of its pods.
  const invalid = new Set(
    known.filter(({ codes }) => codes.includes("InvalidObject")).map(({ object }) => describeRef(refOf(object))),
  );
  const sound = releasePods(objects, (object) => stored.get(object)).filter(({ workload }) => !invalid.has(workload));
  const accounts = accountsThere(known.flatMap(({ live }) => live ?? []));
  const [{ pods, findings }, room] = await Promise.all([
    tryPods(cluster, sound, { exists, accounts }, hider, signal),
    seeRoom(cluster, plan, exists, signal),
  ]);
  const brought = known.map(({ object, next }) => next ?? object);
  return [...findings, ...roomFindings(cluster.name, plan, { pods, brought }, room)];
}
