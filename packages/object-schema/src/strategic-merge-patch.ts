import { equalJson, isObject, type Json, type JsonObject, setOwn } from "./json.ts";
import { PatchError } from "./patch-error.ts";
import type { Field, Shape } from "./shape.ts";

// Source: k8s.io/apimachinery/pkg/util/strategicpatch.

const directive = "$patch";
const retainKeys = "$retainKeys";
const deleteFromPrefix = "$deleteFromPrimitiveList/";
const orderPrefix = "$setElementOrder/";

/**
 * Applies a strategic merge patch: like a merge patch, but lists with a merge key are merged item by item, and
 * directives (`$patch`, `$retainKeys`, `$deleteFromPrimitiveList`, `$setElementOrder`) say what data cannot.
 * Throws `PatchError` for a patch that makes no sense.
 */
export function applyStrategicMergePatch(object: JsonObject, patch: JsonObject, shape: Shape): JsonObject {
  return mergeObject(object, patch, shape);
}

function malformed(message: string): PatchError {
  return new PatchError("malformed", message);
}

function fieldOf(shape: Shape, name: string): Field | undefined {
  return shape.type === "struct" ? shape.fields.get(name) : undefined;
}

function shapeBelow(shape: Shape, name: string): Shape {
  if (shape.type === "map") return shape.element;
  return fieldOf(shape, name)?.shape ?? { type: "any" };
}

function mergeObject(original: JsonObject, patch: JsonObject, shape: Shape): JsonObject {
  const how = patch[directive];
  if (how !== undefined) {
    const { [directive]: _, ...rest } = patch;
    if (how === "replace") return withoutNulls(rest);
    if (how === "delete") return {};
    if (how !== "merge") throw malformed(`Unknown patch type found: ${JSON.stringify(how)}`);
  }
  const merged: JsonObject = { ...original };
  const open: JsonObject = { ...patch };
  delete open[directive];
  applyRetainKeys(merged, open);
  applyOrders(merged, open, shape);
  for (const [key, value] of Object.entries(open)) {
    if (key.startsWith(deleteFromPrefix)) {
      deleteFromList(merged, key.slice(deleteFromPrefix.length), value);
      continue;
    }
    if (value === null) {
      delete merged[key];
      continue;
    }
    const current = Object.hasOwn(merged, key) ? merged[key] : undefined;
    setOwn(merged, key, mergeField(current, value, fieldOf(shape, key), shapeBelow(shape, key)));
  }
  return merged;
}

function mergeField(current: Json | undefined, value: Json, field: Field | undefined, shape: Shape): Json {
  if (isObject(value)) {
    if (field?.patchStrategies.includes("replace") === true) return value;
    return mergeObject(isObject(current) ? current : {}, value, shape);
  }
  if (Array.isArray(value) && field?.patchStrategies.includes("merge") === true && shape.type === "list") {
    return mergeList(Array.isArray(current) ? current : [], value, field.patchMergeKey, shape.element);
  }
  return value;
}

function withoutNulls(object: JsonObject): JsonObject {
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(object)) {
    if (value !== null) setOwn(kept, key, isObject(value) ? withoutNulls(value) : value);
  }
  return kept;
}

function applyRetainKeys(merged: JsonObject, patch: JsonObject): void {
  const keys = patch[retainKeys];
  if (keys === undefined) return;
  if (!Array.isArray(keys)) throw malformed("unable to parse retainKeys: it is no list");
  delete patch[retainKeys];
  for (const key of Object.keys(patch)) {
    if (!keys.includes(key) && !key.startsWith("$") && patch[key] !== null) {
      throw malformed("patch contains a field that is not in the $retainKeys list");
    }
  }
  for (const key of Object.keys(merged)) if (!keys.includes(key)) delete merged[key];
}

function applyOrders(merged: JsonObject, patch: JsonObject, shape: Shape): void {
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(orderPrefix)) continue;
    delete patch[key];
    if (!Array.isArray(order)) throw malformed(`${key} is no list`);
    const name = key.slice(orderPrefix.length);
    const removals = patch[deleteFromPrefix + name];
    if (removals !== undefined) {
      deleteFromList(merged, name, removals);
      delete patch[deleteFromPrefix + name];
    }
    const field = fieldOf(shape, name);
    const before = merged[name];
    const change = patch[name];
    if (change === null) continue;
    delete patch[name];
    if (!Array.isArray(before) && !Array.isArray(change)) continue;
    const original = Array.isArray(before) ? before : [];
    const element = field?.shape.type === "list" ? field.shape.element : ({ type: "any" } as const);
    const mergeKey = field?.patchMergeKey;
    const list = Array.isArray(change) ? mergeList(original, change, mergeKey, element) : original;
    merged[name] = ordered(list, order, original, mergeKey);
  }
}

function deleteFromList(merged: JsonObject, name: string, removals: Json): void {
  const list = merged[name];
  if (!Array.isArray(list) || !Array.isArray(removals)) return;
  merged[name] = list.filter((item) => !removals.some((removal) => equalJson(item, removal)));
}

function mergeList(
  original: readonly Json[],
  patch: readonly Json[],
  mergeKey: string | undefined,
  element: Shape,
): Json[] {
  if (mergeKey === undefined || ![...original, ...patch].some(isObject)) {
    const merged = [...original];
    for (const item of patch) if (!merged.some((known) => equalJson(known, item))) merged.push(item);
    return ordered(merged, patch, original, undefined);
  }
  const changes: JsonObject[] = [];
  let merged: Json[] = [...original];
  let replace = false;
  for (const item of patch) {
    if (!isObject(item)) throw malformed(`expected an object in a list that is merged by ${mergeKey}`);
    const how = item[directive];
    if (how === undefined) {
      changes.push(item);
    } else if (how === "replace") {
      replace = true;
    } else if (how === "delete") {
      const key = keyOf(item, mergeKey);
      merged = merged.filter((known) => !(isObject(known) && equalJson(known[mergeKey], key)));
    } else {
      throw malformed(`unknown or misplaced directive ${JSON.stringify(how)} in a list`);
    }
  }
  if (replace) return changes;
  for (const item of changes) {
    const key = keyOf(item, mergeKey);
    const index = merged.findIndex((known) => isObject(known) && equalJson(known[mergeKey], key));
    const known = merged[index];
    if (isObject(known)) merged[index] = mergeObject(known, item, element);
    else merged.push(mergeObject({}, item, element));
  }
  return ordered(merged, changes, original, mergeKey);
}

function keyOf(item: JsonObject, mergeKey: string): Json {
  const key = item[mergeKey];
  if (key === undefined)
    throw new PatchError(
      "no-merge-key",
      `map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`,
    );
  return key;
}

/** Items that the patch names stand in its order; the others keep their place among those that both know. */
function ordered(
  list: readonly Json[],
  order: readonly Json[],
  server: readonly Json[],
  mergeKey: string | undefined,
): Json[] {
  const keyed = (item: Json) => (mergeKey !== undefined && isObject(item) ? (item[mergeKey] ?? null) : item);
  const position = (items: readonly Json[], item: Json) =>
    items.findIndex((other) => equalJson(keyed(other), keyed(item)));
  const inPatch = list
    .filter((item) => position(order, item) >= 0)
    .sort((a, b) => position(order, a) - position(order, b));
  const serverOnly = list
    .filter((item) => position(order, item) < 0)
    .sort((a, b) => position(server, a) - position(server, b));
  const result: Json[] = [];
  let left = 0;
  let right = 0;
  while (left < serverOnly.length || right < inPatch.length) {
    const ours = serverOnly[left];
    const theirs = inPatch[right];
    if (ours === undefined) {
      if (theirs !== undefined) result.push(theirs);
      right += 1;
    } else if (theirs === undefined) {
      result.push(ours);
      left += 1;
    } else {
      const a = position(server, ours);
      const b = position(server, theirs);
      if (a >= 0 && b >= 0 && a < b) {
        result.push(ours);
        left += 1;
      } else {
        result.push(theirs);
        right += 1;
      }
    }
  }
  return result;
}
