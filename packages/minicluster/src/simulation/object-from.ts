import { isObject, type JsonObject, toJson } from "../json.ts";

/** A JSON object of our own; empty when the value is none. */
export function objectFrom(value: unknown): JsonObject {
  const json = toJson(value);
  return isObject(json) ? json : {};
}
