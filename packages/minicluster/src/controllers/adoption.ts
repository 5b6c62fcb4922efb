import type { KubernetesObject, LabelSelector } from "@fairway/objects";
import type { ObjectsApi } from "../objects-api.ts";
import { controllerOf, ownerReference } from "./object-key.ts";
import { matchesSelector } from "./selector.ts";

/** An object that nobody controls and that this selector means may be taken by its owner. */
export function isAdoptable(object: KubernetesObject, selector: LabelSelector | undefined): boolean {
  return (
    controllerOf(object) === undefined &&
    object.metadata.deletionTimestamp === undefined &&
    matchesSelector(selector, object)
  );
}

/** Makes `owner` the controller of an object. Throws `ApiError`, for example 409 when it has changed meanwhile. */
export function adopt(
  objects: ObjectsApi,
  resource: string,
  object: KubernetesObject,
  owner: KubernetesObject,
  manager: string,
): KubernetesObject {
  const ownerReferences = [...(object.metadata.ownerReferences ?? []), ownerReference(owner)];
  return objects.update(resource, { ...object, metadata: { ...object.metadata, ownerReferences } }, { manager });
}

/** Takes the owner away: the object is on its own from now on. */
export function release(
  objects: ObjectsApi,
  resource: string,
  object: KubernetesObject,
  owner: KubernetesObject,
  manager: string,
): void {
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
  objects.update(resource, { ...object, metadata: { ...object.metadata, ownerReferences } }, { manager });
}
