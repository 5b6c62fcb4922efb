import { childOf, isObject, type Json, type JsonObject, listAt, objectsAt, textAt } from "../json.ts";
import { decodeFieldSet, encodeFieldSet, type FieldSet, isEmptySet } from "./field-set.ts";

/** The fields of one manager, by one operation, through one subresource. */
export interface ManagerEntry {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  /** RFC 3339; "" when unknown. */
  readonly time: string;
  readonly fields: FieldSet;
}

/** Entries by what tells managers apart. */
export type Managers = Map<string, ManagerEntry>;

/** What tells managers apart: an applier is the same in every version. */
export function managerId(entry: Omit<ManagerEntry, "time" | "fields">): string {
  const version = entry.operation === "Apply" ? "" : entry.apiVersion;
  return JSON.stringify([entry.manager, entry.operation, version, entry.subresource]);
}

/** The object's `managedFields`; undefined when they cannot be read. */
export function decodeManagers(object: JsonObject | undefined): Managers | undefined {
  const managers: Managers = new Map();
  for (const entry of listAt(object, "metadata", "managedFields")) {
    const operation = textAt(entry, "operation");
    const fields = isObject(entry) ? decodeFieldSet(entry["fieldsV1"] ?? {}) : undefined;
    const apiVersion = textAt(entry, "apiVersion");
    if ((operation !== "Apply" && operation !== "Update") || apiVersion === "" || fields === undefined)
      return undefined;
    if (textAt(entry, "fieldsType") !== "FieldsV1") return undefined;
    const read: ManagerEntry = {
      manager: textAt(entry, "manager"),
      operation,
      apiVersion,
      subresource: textAt(entry, "subresource"),
      time: textAt(entry, "time"),
      fields,
    };
    managers.set(managerId(read), read);
  }
  return managers;
}

/** Writes the entries into the object, in the API server's order. */
export function encodeManagers(object: JsonObject, managers: Managers): void {
  const metadata = childOf(object, "metadata");
  const entries = [...managers.values()].filter((entry) => !isEmptySet(entry.fields)).sort(inOrder);
  if (entries.length === 0) {
    delete metadata["managedFields"];
    return;
  }
  metadata["managedFields"] = entries.map((entry): Json => {
    const encoded: JsonObject = {
      manager: entry.manager,
      operation: entry.operation,
      apiVersion: entry.apiVersion,
    };
    if (entry.time !== "") encoded["time"] = entry.time;
    encoded["fieldsType"] = "FieldsV1";
    encoded["fieldsV1"] = encodeFieldSet(entry.fields);
    if (entry.subresource !== "") encoded["subresource"] = entry.subresource;
    return encoded;
  });
}

function inOrder(a: ManagerEntry, b: ManagerEntry): number {
  for (const field of ["operation", "time", "manager", "apiVersion", "subresource"] as const) {
    if (a[field] !== b[field]) return a[field] < b[field] ? -1 : 1;
  }
  return 0;
}

/** Whether the client asks to forget all owners: a list of one empty entry. */
export function isReset(object: JsonObject): boolean {
  const [entry, ...others] = listAt(object, "metadata", "managedFields");
  return isObject(entry) && Object.keys(entry).length === 0 && others.length === 0;
}

/** The objects without the times in their `managedFields`; for telling whether anything else changed. */
export function withoutOwnershipTimes(object: JsonObject): JsonObject {
  const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
  const managedFields = objectsAt(object, "metadata", "managedFields").map(({ time: _, ...entry }): Json => entry);
  return { ...object, metadata: { ...metadata, managedFields } };
}
