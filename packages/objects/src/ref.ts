import { kindInfo, unknownApplyOrder } from "./kinds/registry.ts";
import type { KubernetesObject, ObjectRef } from "./object.ts";

/** What names this object in its cluster. */
export function refOf(object: KubernetesObject): ObjectRef {
  const { namespace, name } = object.metadata;
  const { apiVersion, kind } = object;
  return namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
}

/**
 * A string that is equal for equal references: `<apiVersion>/<kind>/<namespace>/<name>`, with an empty namespace for
 * cluster-scoped objects. For keys of maps; people read `describeRef`.
 */
export function refKey(ref: ObjectRef): string {
  return `${ref.apiVersion}/${ref.kind}/${ref.namespace ?? ""}/${ref.name}`;
}

/** The key of what names this object. */
export function keyOf(object: KubernetesObject): string {
  return refKey(refOf(object));
}

/** As people write it: `Deployment/user-a`. */
export function describeRef(ref: ObjectRef): string {
  return `${ref.kind}/${ref.name}`;
}

/** The objects in the order of apply: by the kind's `applyOrder`, then by reference, so that the result depends on content only. */
export function sortForApply<T extends KubernetesObject>(objects: readonly T[]): readonly T[] {
  const order = (object: KubernetesObject): number => kindInfo(object)?.applyOrder ?? unknownApplyOrder;
  return objects.toSorted((a, b) => order(a) - order(b) || compare(keyOf(a), keyOf(b)));
}

/** By code unit: `localeCompare` gives different orders on different machines. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
