import { isObject, type Json, type JsonObject, setOwn } from "./json.ts";

/** Applies a JSON Merge Patch (RFC 7396): null removes, objects merge, everything else replaces. */
export function applyMergePatch(object: JsonObject, patch: JsonObject): JsonObject {
  const merged: JsonObject = { ...object };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else setOwn(merged, key, mergeValue(merged[key], value));
  }
  return merged;
}

function mergeValue(current: Json | undefined, value: Json): Json {
  if (!isObject(value)) return value;
  return applyMergePatch(isObject(current) ? current : {}, value);
}
