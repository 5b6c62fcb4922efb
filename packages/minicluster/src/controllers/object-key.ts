import type { KubernetesObject, OwnerReference } from "@fairway/objects";
import type { Key } from "../objects-api.ts";

/** `namespace/name`; only the name for cluster-scoped objects. */
export function keyOf(object: KubernetesObject): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The inverse of `keyOf`. */
export function refOfKey(resource: string, key: string): Key {
  const slash = key.indexOf("/");
  if (slash < 0) return { resource, name: key };
  return { resource, namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The owner that manages this object, when there is one. */
export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

export function isControlledBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  return owner.metadata.uid !== undefined && controllerOf(object)?.uid === owner.metadata.uid;
}

/** The reference that a controller puts into what it creates. */
export function ownerReference(owner: KubernetesObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? "",
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Milliseconds since the epoch; undefined when there is no valid time. */
export function timeOf(timestamp: string | null | undefined): number | undefined {
  if (timestamp === null || timestamp === undefined) return undefined;
  const time = Date.parse(timestamp);
  return Number.isNaN(time) ? undefined : time;
}

/** Characters of generated names (k8s.io/apimachinery `pkg/util/rand`): no vowels, nothing that looks like another. */
const NAME_CHARACTERS = "bcdfghjklmnpqrstvwxz2456789";

/** A short name-safe hash: FNV-1a, 32 bits, written in the characters of generated names. */
export function nameSafeHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return [...String(hash)].map((digit) => NAME_CHARACTERS[digit.charCodeAt(0) % NAME_CHARACTERS.length]).join("");
}
