import { describeRef, isSecret, type KubernetesObject, refOf } from "@fairway/objects";
import { askFewAtOnce } from "../cluster/ask-few-at-once.ts";
import { refusalFinding, refusalOf } from "../cluster/failure.ts";
import { type Inventory, isListed } from "../cluster/inventory.ts";
import { ForeignObject } from "../cluster/ownership.ts";
import { type TriedObject, tryObject } from "../cluster/try-object.ts";
import { type Cluster, ClusterError } from "../ports.ts";
import type { DiffProblem } from "./cluster-diff.ts";

/** An object of the release, and what the cluster says of it. */
export interface Tried extends TriedObject {
  readonly object: KubernetesObject;
  readonly problems: readonly DiffProblem[];
  /** Somebody else's: a deploy would stop there. */
  readonly foreign?: true;
  /** The refusal's own words, where the API refuses to change what is there. */
  readonly immutable?: readonly { readonly field: string | undefined; readonly message: string }[];
}

/** Asks what an apply of each object would give. */
export async function tryDesired(
  cluster: Cluster,
  place: Parameters<typeof tryObject>[2],
  inventory: Inventory,
  signal: AbortSignal,
): Promise<readonly Tried[]> {
  return askFewAtOnce(place.desired, async (object) =>
    isSecret(object) ? unseen(object, inventory) : tryOne(cluster, object, place, signal),
  );
}

/**
 * A refused object is its own problem; a cluster that stops answering is none of the object's. Where somebody else owns a
 * field, what is told is what would be without him.
 */
async function tryOne(
  cluster: Cluster,
  object: KubernetesObject,
  place: Parameters<typeof tryObject>[2],
  signal: AbortSignal,
  force = false,
): Promise<Tried> {
  try {
    return { object, ...(await tryObject(cluster, object, place, signal, force)), problems: [] };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ClusterError && error.code === "unreachable") throw error;
    const what = describeRef(refOf(object));
    const { cluster: _, ...finding } = refusalFinding(cluster.name, error, what);
    const problems = [{ ...finding, object: what }];
    if (error instanceof ForeignObject) return { object, live: undefined, next: undefined, problems, foreign: true };
    if (error instanceof ClusterError && error.code === "field-conflict" && !force) {
      const asIf = await tryOne(cluster, object, place, signal, true);
      return { ...asIf, problems: [...problems, ...asIf.problems] };
    }
    const live = place.exists ? await cluster.get(refOf(object), signal).catch(() => undefined) : undefined;
    if (!(error instanceof ClusterError) || refusalOf(error, what).code !== "ImmutableField") {
      return { object, live, next: undefined, problems };
    }
    const fields = error.fields.map(({ field, message }) => ({ field, message }));
    const immutable = fields.length > 0 ? fields : [{ field: undefined, message: error.message }];
    return { object, live, next: undefined, problems, immutable };
  }
}

/** Nobody reads Secrets: what there is of one is its name in the inventory. */
function unseen(object: KubernetesObject, inventory: Inventory): Tried {
  const there = isListed(inventory, refOf(object)) ? object : undefined;
  return { object, live: there, next: there, problems: [] };
}
