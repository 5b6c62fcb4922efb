import { isObject, type Json, type JsonObject } from "../../json.ts";

export interface Masking {
  /** Whether `managedFields` is compared too. */
  readonly ownership?: boolean;
}

const patterns: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uid>"],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>"],
  [/\b10\.\d+\.\d+\.\d+\b/g, "<address>"],
  [/(too old resource version: )\d+ \(\d+\)/g, "$1<version>"],
  [/(resource ?version\D{1,40}?)\d+/gi, "$1<version>"],
];

/** A value with everything replaced that differs from run to run: namespace, ids, times, versions, addresses. */
export function masked(value: unknown, namespace: string, masking: Masking = {}): Json {
  const text = (of: string): string => {
    let result = of.replaceAll(namespace, "<namespace>");
    for (const [pattern, mask] of patterns) result = result.replace(pattern, mask);
    return result;
  };
  const mask = (of: unknown): Json => {
    if (typeof of === "string") return text(of);
    if (Array.isArray(of)) return of.map(mask);
    if (!isObject(of)) return typeof of === "number" || typeof of === "boolean" ? of : null;
    const result: JsonObject = {};
    for (const [key, entry] of Object.entries(of)) {
      if (key === "managedFields" && masking.ownership !== true) continue;
      if (key === "resourceVersion" && entry !== "") result[key] = "<version>";
      else result[text(key)] = mask(entry);
    }
    return result;
  };
  return mask(value);
}
