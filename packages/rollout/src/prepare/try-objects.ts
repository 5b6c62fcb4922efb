import { describeRef, isSecret, type KubernetesObject, refOf, type SecretHider } from "@fairway/objects";
import { askFewAtOnce } from "../cluster/ask-few-at-once.ts";
import { refusalFinding } from "../cluster/failure.ts";
import type { InventoryIdentity } from "../cluster/inventory.ts";
import { type TriedObject, tryObject } from "../cluster/try-object.ts";
import { type Cluster, ClusterError } from "../ports.ts";
import type { PrepareFinding } from "../state/rollout-event.ts";
import { fieldWords } from "./field-words.ts";

/** An object of the release, and what the cluster says of it. */
export interface PreparedObject extends TriedObject {
  readonly object: KubernetesObject;
  readonly findings: readonly PrepareFinding[];
}

/** A refused object is a finding; a cluster that stops answering is none of the object's. */
export async function tryObjects(
  cluster: Cluster,
  identity: InventoryIdentity,
  objects: readonly KubernetesObject[],
  { exists, hider, repairs }: { readonly exists: boolean; readonly hider: SecretHider; readonly repairs: boolean },
  signal: AbortSignal,
): Promise<readonly PreparedObject[]> {
  return askFewAtOnce(objects, async (object): Promise<PreparedObject> => {
    try {
      return {
        object,
        findings: [],
        ...(await tryObject(cluster, object, { identity, exists, desired: objects }, signal, repairs)),
      };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ClusterError && (error.code === "unreachable" || error.code === "conflict")) throw error;
      // Nobody reads Secrets, not even to say what is wrong with one.
      const live =
        exists && !isSecret(object) ? await cluster.get(refOf(object), signal).catch(() => undefined) : undefined;
      if (error instanceof ClusterError && error.code === "no-dry-run") {
        return { object, live, next: undefined, findings: [] };
      }
      const fields = error instanceof ClusterError ? fieldWords(error, object, live, hider) : undefined;
      const finding = refusalFinding(cluster.name, error, describeRef(refOf(object)), fields);
      return { object, live, next: undefined, findings: [{ ...finding, message: hider.clean(finding.message) }] };
    }
  });
}
