import { timestamp } from "../clock/clock.ts";
import { childOf, equalJson, isObject, type Json, type JsonObject, objectAt, textAt } from "../json.ts";
import type { Shape } from "../schema/shape.ts";
import { ApiError, badRequest, type StatusCause } from "../status.ts";
import {
  difference,
  emptyFieldSet,
  type FieldPath,
  type FieldSet,
  fieldSetOf,
  hasPath,
  intersection,
  isEmptySet,
  pathsOf,
  pathText,
  recursiveDifference,
  union,
  withNamedFields,
} from "./field-set.ts";
import {
  decodeManagers,
  encodeManagers,
  isReset,
  type ManagerEntry,
  type Managers,
  managerId,
} from "./managed-fields.ts";
import {
  type Comparison,
  checkTyped,
  compareTyped,
  mergeTyped,
  removeFields,
  TypedValueError,
  toFieldSet,
  zeroValue,
} from "./typed-value.ts";

// Sources: k8s.io/apimachinery/pkg/util/managedfields and sigs.k8s.io/structured-merge-diff/v6/merge.

/** Who writes, as what. */
export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource: string;
  /** Milliseconds since the epoch; undefined where the API server notes no time. */
  readonly now: number | undefined;
  /** Fields that this resource or subresource does not let through: nobody can own them by it. */
  readonly resetFields: FieldSet;
}

const metadataField = (name: string): FieldPath => ["f:metadata", `f:${name}`];

/** Fields that nobody owns. */
const systemFields = fieldSetOf(
  ["f:apiVersion"],
  ["f:kind"],
  ["f:metadata"],
  ...[
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "generation",
    "managedFields",
    "resourceVersion",
  ].map(metadataField),
);

/** Update entries kept before the oldest are folded into one. */
const maxUpdateManagers = 10;

const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

function withoutManagedFields(object: JsonObject): JsonObject {
  const metadata = isObject(object["metadata"]) ? object["metadata"] : undefined;
  if (metadata === undefined || metadata["managedFields"] === undefined) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

function filtered(comparison: Comparison, reset: FieldSet): Comparison {
  if (isEmptySet(reset)) return comparison;
  return {
    added: recursiveDifference(comparison.added, reset),
    modified: recursiveDifference(comparison.modified, reset),
    removed: recursiveDifference(comparison.removed, reset),
  };
}

/** Takes from every other manager what the change took from it. */
function takeOver(managers: Managers, self: string, comparison: Comparison): void {
  const changed = union(comparison.modified, comparison.added);
  for (const [id, entry] of managers) {
    if (id === self) continue;
    const fields = difference(difference(entry.fields, intersection(entry.fields, changed)), comparison.removed);
    if (isEmptySet(fields)) managers.delete(id);
    else if (fields !== entry.fields) managers.set(id, { ...entry, fields });
  }
}

function timeOf({ now }: Writer): string {
  return now === undefined ? "" : timestamp(now);
}

function recordUpdate(shape: Shape, previous: JsonObject, next: JsonObject, managers: Managers, writer: Writer): void {
  const comparison = filtered(compareTyped(shape, previous, next), writer.resetFields);
  takeOver(managers, "", comparison);
  const fields = difference(union(comparison.modified, comparison.added), systemFields);
  if (isEmptySet(fields)) return;
  const entry: ManagerEntry = {
    manager: writer.manager,
    operation: "Update",
    apiVersion: writer.apiVersion,
    subresource: writer.subresource,
    time: timeOf(writer),
    fields,
  };
  const id = managerId(entry);
  const own = managers.get(id);
  managers.set(id, own === undefined ? entry : { ...entry, fields: union(own.fields, fields) });
}

function capUpdateManagers(managers: Managers): void {
  const updates = [...managers]
    .filter(([, entry]) => entry.operation === "Update")
    .sort(([a, x], [b, y]) => (x.time === y.time ? (a < b ? -1 : 1) : x.time < y.time ? -1 : 1));
  let bucket: ManagerEntry | undefined;
  for (const [id, entry] of updates.slice(0, Math.max(0, updates.length - maxUpdateManagers + 1))) {
    if (updates.length <= maxUpdateManagers) return;
    managers.delete(id);
    const fields: FieldSet = bucket === undefined ? entry.fields : union(bucket.fields, entry.fields);
    bucket = { ...entry, manager: "ancient-changes", subresource: "", fields };
  }
  if (bucket === undefined) return;
  const older = managers.get(managerId(bucket));
  const fields = older === undefined ? bucket.fields : union(older.fields, bucket.fields);
  managers.set(managerId(bucket), { ...bucket, fields });
}

/**
 * Records a create, update or patch in `next.metadata.managedFields`: what changed since `previous` is the writer's.
 * `previous` is undefined for a create.
 */
export function trackUpdate(shape: Shape, previous: JsonObject | undefined, next: JsonObject, writer: Writer): void {
  let managers: Managers = new Map();
  if (!isReset(next)) {
    const given = writer.subresource === "" ? decodeManagers(next) : undefined;
    managers = given !== undefined && given.size > 0 ? given : (decodeManagers(previous) ?? new Map());
  }
  delete childOf(next, "metadata")["managedFields"];
  // An object whose owners were forgotten stays without until it is applied to.
  if (previous !== undefined && managers.size === 0) return;
  const before = previous === undefined ? zeroValue(shape) : withoutManagedFields(previous);
  try {
    recordUpdate(shape, before, next, managers, writer);
  } catch (error) {
    // A list whose items cannot be told apart has no owners; the write goes on without, as in the API server.
    if (error instanceof TypedValueError) return;
    throw error;
  }
  capUpdateManagers(managers);
  encodeManagers(next, managers);
}

export interface Applied {
  /** The merged object, still to be decoded, defaulted and validated. */
  readonly object: JsonObject;
  readonly managers: Managers;
}

/**
 * Server-side apply: merges `configuration` into `live` (undefined: it is created). Fields that the writer applied
 * before and leaves out now go, unless somebody else owns them. Throws `ApiError` 409 with one cause
 * `FieldManagerConflict` per field that somebody else owns with another value, unless `force`; 400 and 500 as the API
 * server for configurations that do not fit the schema.
 */
export function apply(
  shape: Shape,
  live: JsonObject | undefined,
  configuration: JsonObject,
  writer: Writer,
  force: boolean,
): Applied {
  const metadata = configuration["metadata"];
  if (isObject(metadata) && metadata["managedFields"] !== undefined && metadata["managedFields"] !== null) {
    throw badRequest("metadata.managedFields must be nil");
  }
  const managers = decodeManagers(live) ?? new Map<string, ManagerEntry>();
  const before = live === undefined ? zeroValue(shape) : withoutManagedFields(live);
  try {
    checkTyped(shape, configuration);
    if (live !== undefined && managers.size === 0) {
      recordUpdate(shape, zeroValue(shape), before, managers, {
        ...writer,
        manager: "before-first-apply",
        subresource: "",
      });
    }
    return applyTo(shape, before, configuration, managers, writer, force);
  } catch (error) {
    if (!(error instanceof TypedValueError)) throw error;
    const subject = `${textAt(metadata, "namespace")}/${textAt(metadata, "name")}; ${writer.apiVersion}, Kind=${textAt(configuration, "kind")}`;
    // The API server's own code for it; it is no internal error in truth.
    throw new ApiError(500, "", `failed to create typed patch object (${subject}): ${error.message}`);
  }
}

function applyTo(
  shape: Shape,
  live: JsonObject,
  configuration: JsonObject,
  managers: Managers,
  writer: Writer,
  force: boolean,
): Applied {
  const identity = {
    manager: writer.manager,
    operation: "Apply",
    apiVersion: writer.apiVersion,
    subresource: writer.subresource,
  } as const;
  const id = managerId(identity);
  const last = managers.get(id);
  const fields = recursiveDifference(toFieldSet(shape, configuration), writer.resetFields);
  managers.set(id, { ...identity, time: timeOf(writer), fields });
  const merged = mergeTyped(shape, live, configuration) ?? {};
  const object = prune(shape, merged, managers, last?.fields ?? emptyFieldSet);
  const comparison = filtered(compareTyped(shape, live, object), writer.resetFields);
  let conflicts = conflictsOf(managers, id, comparison);
  if (!force && writer.manager === "kubectl" && conflicts.length > 0) {
    const allowed = lastAppliedFields(shape, live, writer.apiVersion);
    conflicts = conflicts.filter((conflict) => !hasPath(allowed, conflict.path));
  }
  if (!force && conflicts.length > 0) throw conflictError(conflicts);
  takeOver(managers, id, comparison);
  const own = managers.get(id);
  if (own !== undefined) {
    // Who changes nothing but what he owns keeps the time of his last change.
    const time = equalJson(object, live) ? (last?.time ?? "") : own.time;
    managers.set(id, { ...own, time, fields: difference(own.fields, systemFields) });
  }
  const result = isObject(object) ? object : {};
  if (writer.manager === "kubectl") refreshLastApplied(result, configuration);
  return { object: result, managers };
}

interface Conflict {
  readonly entry: ManagerEntry;
  readonly path: FieldPath;
}

function conflictsOf(managers: Managers, self: string, comparison: Comparison): Conflict[] {
  const changed = union(comparison.modified, comparison.added);
  const conflicts: Conflict[] = [];
  for (const [id, entry] of managers) {
    if (id === self) continue;
    for (const path of pathsOf(intersection(entry.fields, changed))) conflicts.push({ entry, path });
  }
  return conflicts;
}

function managerText(entry: ManagerEntry): string {
  let text = JSON.stringify(entry.manager);
  if (entry.subresource !== "") text += ` with subresource ${JSON.stringify(entry.subresource)}`;
  return entry.operation === "Update" ? `${text} using ${entry.apiVersion}` : text;
}

function conflictError(conflicts: readonly Conflict[]): ApiError {
  const causes = conflicts.map(
    ({ entry, path }): StatusCause => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${managerText(entry)}`,
      field: pathText(path),
    }),
  );
  const [first] = conflicts;
  let message = `Apply failed with ${conflicts.length} conflicts: `;
  if (conflicts.length === 1 && first !== undefined) {
    message = `Apply failed with 1 conflict: conflict with ${managerText(first.entry)}: ${pathText(first.path)}`;
  } else {
    const byManager = Map.groupBy(conflicts, ({ entry }) => managerText(entry));
    message += [...byManager]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([manager, list]) =>
        [`conflicts with ${manager}:`, ...list.map(({ path }) => `- ${pathText(path)}`)].join("\n"),
      )
      .join("\n");
  }
  return new ApiError(409, "Conflict", message, { causes });
}

/** Removes what the writer applied last time, leaves out now, and nobody else owns. */
function prune(shape: Shape, merged: Json, managers: Managers, last: FieldSet): Json {
  if (isEmptySet(last)) return merged;
  const named = (set: FieldSet) => withNamedFields(set, shape);
  const owned = [...managers.values()].reduce<FieldSet>((all, entry) => union(all, entry.fields), emptyFieldSet);
  const mergedSet = named(toFieldSet(shape, merged));
  // Without everything of last time, then with what is owned, then with what was never the writer's.
  const withoutLast = named(toFieldSet(shape, removeFields(shape, merged, named(last))));
  const withOwned = removeFields(shape, merged, difference(mergedSet, union(withoutLast, named(owned))));
  const kept = named(toFieldSet(shape, withOwned));
  return removeFields(shape, merged, intersection(difference(mergedSet, kept), named(last)));
}

/** Fields that `kubectl apply` (client side) set and that are as it left them: they may be taken over. */
function lastAppliedFields(shape: Shape, live: JsonObject, apiVersion: string): FieldSet {
  const text = textAt(live, "metadata", "annotations", lastAppliedAnnotation);
  if (text === "") return emptyFieldSet;
  try {
    const applied: unknown = JSON.parse(text);
    if (!isObject(applied) || applied["apiVersion"] !== apiVersion) return emptyFieldSet;
    checkTyped(shape, applied);
    const { added, modified, removed } = compareTyped(shape, applied, live);
    return difference(difference(difference(toFieldSet(shape, applied), modified), added), removed);
  } catch {
    return emptyFieldSet;
  }
}

/** Keeps the annotation of client-side apply true, so that a person may go back to it. */
function refreshLastApplied(object: JsonObject, configuration: JsonObject): void {
  if (textAt(object, "metadata", "annotations", lastAppliedAnnotation) === "") return;
  const copy = structuredClone(configuration);
  const annotations = objectAt(copy, "metadata", "annotations");
  if (annotations !== undefined) {
    delete annotations[lastAppliedAnnotation];
    if (Object.keys(annotations).length === 0) delete childOf(copy, "metadata")["annotations"];
  }
  childOf(childOf(object, "metadata"), "annotations")[lastAppliedAnnotation] = `${JSON.stringify(copy)}\n`;
}
