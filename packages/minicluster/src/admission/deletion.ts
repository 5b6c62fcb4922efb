import { timestamp } from "../clock/clock.ts";
import { type Json, type JsonObject, listAt, numberAt, objectAt, textAt } from "../json.ts";
import type { Kind } from "../registry/kind.ts";

/** How an object shall be deleted; as `DeleteOptions`. */
export interface DeletionOptions {
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan" | undefined;
  readonly gracePeriodSeconds?: number | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

/** What a deletion does: remove the object now, store it as marked, or nothing more than it already awaits. */
export type DeletionPlan =
  | { readonly action: "remove" }
  | { readonly action: "mark"; readonly object: JsonObject }
  | { readonly action: "none" };

const garbageFinalizers = { Foreground: "foregroundDeletion", Orphan: "orphan" } as const;

/**
 * Decides a deletion as k8s.io/apiserver does (rest.BeforeDelete, generic registry Store.Delete): pods on a node get a
 * grace period, finalizers hold the object, the propagation policy is left to the garbage collector as a finalizer.
 */
export function planDeletion(kind: Kind, stored: JsonObject, options: DeletionOptions, now: number): DeletionPlan {
  const metadata = { ...objectAt(stored, "metadata") };
  const object: JsonObject = { ...stored, metadata };
  const pending = textAt(metadata, "deletionTimestamp") !== "";
  let changed = setFinalizers(metadata, options);
  const held = listAt(metadata, "finalizers").length > 0 || listAt(object, "spec", "finalizers").length > 0;
  const grace = gracePeriod(kind, object, options);

  if (!pending) {
    if (grace === 0 && !held) return { action: "remove" };
    metadata["deletionTimestamp"] = timestamp(now + grace * 1000);
    metadata["deletionGracePeriodSeconds"] = grace;
    const generation = numberAt(metadata, "generation");
    if (generation !== undefined) metadata["generation"] = generation + 1;
    if (kind.resource === "namespaces") object["status"] = { ...objectAt(stored, "status"), phase: "Terminating" };
    return { action: "mark", object };
  }
  const before = numberAt(metadata, "deletionGracePeriodSeconds") ?? 0;
  // A grace period that runs can only be made shorter.
  const wanted = options.gracePeriodSeconds === undefined ? before : Math.min(before, grace);
  if (wanted < before) {
    metadata["deletionTimestamp"] = timestamp(
      Date.parse(textAt(metadata, "deletionTimestamp")) - (before - wanted) * 1000,
    );
    metadata["deletionGracePeriodSeconds"] = wanted;
    changed = true;
  }
  if (wanted === 0 && !held) return { action: "remove" };
  return changed ? { action: "mark", object } : { action: "none" };
}

/** Whether nothing holds a marked object any more. */
export function mayBeRemoved(object: JsonObject): boolean {
  const metadata = object["metadata"];
  return (
    textAt(metadata, "deletionTimestamp") !== "" &&
    (numberAt(metadata, "deletionGracePeriodSeconds") ?? 0) === 0 &&
    listAt(metadata, "finalizers").length === 0 &&
    !(object["kind"] === "Namespace" && listAt(object, "spec", "finalizers").length > 0)
  );
}

function setFinalizers(metadata: JsonObject, options: DeletionOptions): boolean {
  if (options.propagationPolicy === undefined) return false;
  const before = listAt(metadata, "finalizers");
  const wanted = options.propagationPolicy === "Background" ? undefined : garbageFinalizers[options.propagationPolicy];
  const others: Json[] = Object.values(garbageFinalizers).filter((finalizer) => finalizer !== wanted);
  const after = before.filter((finalizer) => !others.includes(finalizer));
  if (wanted !== undefined && !after.includes(wanted)) after.push(wanted);
  if (after.length === 0) delete metadata["finalizers"];
  else metadata["finalizers"] = after;
  return after.length !== before.length || after.some((finalizer, index) => finalizer !== before[index]);
}

/** Seconds; source: podStrategy.CheckGracefulDelete. Only pods are deleted gracefully. */
function gracePeriod(kind: Kind, object: JsonObject, options: DeletionOptions): number {
  if (kind.resource !== "pods") return 0;
  const phase = textAt(object, "status", "phase");
  if (textAt(object, "spec", "nodeName") === "" || phase === "Failed" || phase === "Succeeded") return 0;
  const period = options.gracePeriodSeconds ?? numberAt(object, "spec", "terminationGracePeriodSeconds") ?? 0;
  return period < 0 ? 1 : period;
}
