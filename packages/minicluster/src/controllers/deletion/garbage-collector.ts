import type { KubernetesObject, OwnerReference } from "@fairway/objects";
import { sameAsJson } from "../../json.ts";
import type { ObjectsApi } from "../../objects-api.ts";
import { apiVersionOf } from "../../registry/kind.ts";
import { kinds } from "../../registry/registry.ts";
import type { Controller } from "../controller.ts";
import { keyOf, refOfKey } from "../object-key.ts";

const MANAGER = "garbage-collector";
const FOREGROUND = "foregroundDeletion";
const ORPHAN = "orphan";

const kindsByName = new Map(kinds.map((kind) => [`${apiVersionOf(kind)} ${kind.kind}`, kind]));

/**
 * Deletes what lost all of its owners, and finishes foreground and orphan deletions. Keys are `resource namespace/name`;
 * `?uid` means: whoever depends on it.
 */
export function garbageCollector(objects: ObjectsApi): Controller {
  const dependents = new Map<string, Set<string>>();
  const ownersOf = new Map<string, readonly OwnerReference[]>();

  function index(key: string, owners: readonly OwnerReference[]): void {
    for (const { uid } of ownersOf.get(key) ?? []) {
      const set = dependents.get(uid);
      set?.delete(key);
      if (set?.size === 0) dependents.delete(uid);
    }
    if (owners.length === 0) ownersOf.delete(key);
    else ownersOf.set(key, owners);
    for (const { uid } of owners) {
      const set = dependents.get(uid) ?? new Set();
      dependents.set(uid, set.add(key));
    }
  }

  return {
    name: MANAGER,
    resources: kinds.map(({ resource }) => resource),
    keysOf({ type, resource, object }) {
      const { uid, namespace, deletionTimestamp, ownerReferences = [] } = object.metadata;
      // What is new, and has no owner, as Events are.
      if (type === "ADDED" && ownerReferences.length === 0 && deletionTimestamp === undefined) return [];
      const key = `${resource} ${keyOf(object)}`;
      // A change of its status does not give an object other owners.
      if (
        type === "MODIFIED" &&
        deletionTimestamp === undefined &&
        sameAsJson(ownersOf.get(key) ?? [], ownerReferences)
      )
        return [];
      index(key, type === "DELETED" ? [] : ownerReferences);
      if (type !== "DELETED") return deletionTimestamp !== undefined || ownerReferences.length > 0 ? [key] : [];
      // Owners whose wait for their dependents may be over.
      const owners = ownerReferences.flatMap((owner) => {
        const info = kindsByName.get(`${owner.apiVersion} ${owner.kind}`);
        if (!info) return [];
        return [`${info.resource} ${info.namespaced && namespace !== undefined ? `${namespace}/` : ""}${owner.name}`];
      });
      return [...owners, ...(uid === undefined ? [] : [`?${uid}`])];
    },
    reconcile(key) {
      if (key.startsWith("?")) {
        for (const dependent of dependents.get(key.slice(1)) ?? []) collect(dependent);
      } else collect(key);
      return undefined;
    },
  };

  function collect(key: string): void {
    const space = key.indexOf(" ");
    const resource = key.slice(0, space);
    const ref = refOfKey(resource, key.slice(space + 1));
    const object = objects.get(ref);
    if (!object) return;
    const { deletionTimestamp, finalizers = [], uid } = object.metadata;
    if (deletionTimestamp !== undefined) {
      if (finalizers.includes(FOREGROUND)) foreground(resource, object);
      else if (finalizers.includes(ORPHAN)) orphan(resource, object);
      return;
    }
    const owners = object.metadata.ownerReferences ?? [];
    const states = owners.map((owner) => ownerState(object, owner));
    if (owners.length === 0) return;
    if (states.includes("there")) {
      // The owners that are left keep it, and the others are forgotten.
      const ownerReferences = owners.filter((_, index) => states[index] === "there");
      if (ownerReferences.length === owners.length) return;
      objects.update(resource, { ...object, metadata: { ...object.metadata, ownerReferences } }, { manager: MANAGER });
      return;
    }
    // All are gone, or go in the foreground and wait for this one.
    const options = uid === undefined ? {} : { uid };
    const wanted = states.includes("waiting") ? "Foreground" : "Background";
    const hasDependents = uid !== undefined && dependents.has(uid);
    objects.remove(ref, { ...options, propagationPolicy: hasDependents ? wanted : "Background" });
  }

  function ownerState(
    object: KubernetesObject,
    owner: { readonly apiVersion: string; readonly kind: string; readonly name: string; readonly uid: string },
  ): "there" | "waiting" | "gone" {
    const info = kindsByName.get(`${owner.apiVersion} ${owner.kind}`);
    // Of a kind that is not served nothing can be known.
    if (!info) return "there";
    const { namespace } = object.metadata;
    const found = objects.get({
      resource: info.resource,
      name: owner.name,
      ...(info.namespaced && namespace !== undefined ? { namespace } : {}),
    });
    if (found?.metadata.uid !== owner.uid) return "gone";
    const { deletionTimestamp, finalizers = [] } = found.metadata;
    return deletionTimestamp !== undefined && finalizers.includes(FOREGROUND) ? "waiting" : "there";
  }

  function foreground(resource: string, owner: KubernetesObject): void {
    const waiting = [...(dependents.get(owner.metadata.uid ?? "") ?? [])];
    for (const key of waiting) collect(key);
    const left = [...(dependents.get(owner.metadata.uid ?? "") ?? [])].filter((key) => blocks(key, owner));
    if (left.length === 0) removeFinalizer(resource, owner, FOREGROUND);
  }

  function blocks(key: string, owner: KubernetesObject): boolean {
    const space = key.indexOf(" ");
    const object = objects.get(refOfKey(key.slice(0, space), key.slice(space + 1)));
    return (object?.metadata.ownerReferences ?? []).some(
      (reference) => reference.uid === owner.metadata.uid && reference.blockOwnerDeletion === true,
    );
  }

  function orphan(resource: string, owner: KubernetesObject): void {
    for (const key of [...(dependents.get(owner.metadata.uid ?? "") ?? [])]) {
      const space = key.indexOf(" ");
      const dependentResource = key.slice(0, space);
      const object = objects.get(refOfKey(dependentResource, key.slice(space + 1)));
      if (!object) continue;
      const ownerReferences = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
      objects.update(
        dependentResource,
        { ...object, metadata: { ...object.metadata, ownerReferences } },
        { manager: MANAGER },
      );
    }
    removeFinalizer(resource, owner, ORPHAN);
  }

  function removeFinalizer(resource: string, owner: KubernetesObject, finalizer: string): void {
    const current = objects.get(refOfKey(resource, keyOf(owner)));
    if (!current || current.metadata.uid !== owner.metadata.uid) return;
    const finalizers = (current.metadata.finalizers ?? []).filter((one) => one !== finalizer);
    objects.update(resource, { ...current, metadata: { ...current.metadata, finalizers } }, { manager: MANAGER });
  }
}
