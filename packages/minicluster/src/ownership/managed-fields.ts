import {
  childOf,
  equalJson,
  isObject,
  type Json,
  type JsonObject,
  listAt,
  objectAt,
  objectsAt,
  textAt,
} from "../json.ts";
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

/** What lists of entries that were written or read here say: the same list comes back with each change of its object. */
const knownManagers = new WeakMap<readonly Json[], readonly ManagerEntry[]>();

/** The object's `managedFields`; undefined when they cannot be read. */
export function decodeManagers(object: JsonObject | undefined): Managers | undefined {
  const list = listAt(object, "metadata", "managedFields");
  const known = knownManagers.get(list);
  if (known !== undefined) return new Map(known.map((entry) => [managerId(entry), entry]));
  const managers: Managers = new Map();
  for (const entry of list) {
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
  if (Object.isFrozen(list)) knownManagers.set(list, [...managers.values()]);
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
  const list = entries.map((entry): Json => {
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
  metadata["managedFields"] = list;
  knownManagers.set(list, entries);
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

/** Whether two objects differ in nothing but the times in their `managedFields`. */
export function differOnlyInOwnershipTimes(a: JsonObject, b: JsonObject): boolean {
  return (
    equalBut("metadata", a, b) &&
    equalBut("managedFields", objectAt(a, "metadata") ?? {}, objectAt(b, "metadata") ?? {}) &&
    equalJson(withoutTimes(a), withoutTimes(b))
  );
}

/** Whether all other fields are equal. */
function equalBut(field: string, a: JsonObject, b: JsonObject): boolean {
  for (const name in b) if (name !== field && !Object.hasOwn(a, name)) return false;
  for (const name in a) {
    if (name !== field && !(Object.hasOwn(b, name) && equalJson(a[name], b[name]))) return false;
  }
  return true;
}

function withoutTimes(object: JsonObject): Json[] {
  return objectsAt(object, "metadata", "managedFields").map(({ time: _, ...entry }): Json => entry);
}
