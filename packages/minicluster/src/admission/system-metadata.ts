import { isObject, type JsonObject, textAt } from "../json.ts";
import { invalidValue } from "../registry/causes.ts";
import type { Kind } from "../registry/kind.ts";
import { badRequest, conflict, invalid, modified, type StatusCause } from "../status.ts";
import type { WriteContext } from "./write-context.ts";

/** Puts the namespace of the request into what is written. */
export function placeInNamespace(kind: Kind, metadata: JsonObject, namespace: string): void {
  const given = textAt(metadata, "namespace");
  if (!kind.namespaced) {
    delete metadata["namespace"];
  } else if (given !== "" && given !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  } else {
    metadata["namespace"] = namespace;
  }
}

export function checkName(metadata: JsonObject, name: string): void {
  const given = textAt(metadata, "name");
  if (given === name) return;
  throw badRequest(
    given === ""
      ? `the name of the object (${name} based on URL) was undeterminable: name must be provided`
      : `the name of the object (${given}) does not match the name on the URL (${name})`,
  );
}

/** Causes of an uid that a patch changes; a replacement of another object is a conflict. */
export function checkPreconditions(
  kind: Kind,
  name: string,
  metadata: JsonObject,
  current: JsonObject,
  context: WriteContext,
): readonly StatusCause[] {
  const version = textAt(metadata, "resourceVersion");
  if (version === "" && kind.optimisticLockRequired === true) {
    const message = "Invalid value: 0: must be specified for an update";
    const causes = [{ reason: "FieldValueInvalid", message, field: "metadata.resourceVersion" }];
    // Named as the API server does here, by the resource.
    throw invalid({ group: kind.group, kind: kind.resource }, name, causes);
  }
  if (version !== "" && version !== textAt(current, "metadata", "resourceVersion")) throw modified(kind, name);
  const uid = textAt(current, "metadata", "uid");
  const given = textAt(metadata, "uid");
  if (given === "" || given === uid) return [];
  if (context.patch !== true) {
    throw conflict(kind, name, `Precondition failed: UID in precondition: ${given}, UID in object meta: ${uid}`);
  }
  // Told twice, by two rules of the API server.
  const cause = invalidValue("metadata.uid", given, "field is immutable");
  return [cause, cause];
}

/** Nobody marks an object as deleted but by deleting it. Told twice, by two rules of the API server. */
export function deletionTimeCauses(metadata: JsonObject, current: JsonObject): readonly StatusCause[] {
  const given = textAt(metadata, "deletionTimestamp");
  if (given === "" || given === textAt(current, "metadata", "deletionTimestamp")) return [];
  const cause = invalidValue("metadata.deletionTimestamp", given, "field is immutable");
  return [cause, cause];
}

const systemFields = [
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generation",
  "generateName",
  "resourceVersion",
  "selfLink",
];

/** What only the server writes stays as it was. */
export function keepSystemMetadata(metadata: JsonObject, current: JsonObject): void {
  const before = isObject(current["metadata"]) ? current["metadata"] : {};
  for (const field of systemFields) {
    const value = before[field];
    if (value === undefined) delete metadata[field];
    else metadata[field] = value;
  }
}
