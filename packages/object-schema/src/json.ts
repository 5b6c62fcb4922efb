/** A JSON value as the API server handles it before and after typing. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object that its owner may still change; stored objects are frozen. */
export interface JsonObject {
  [field: string]: Json;
}

/** True for a JSON object, not for null or an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value below `path`; undefined as soon as a step is missing. A number steps into an array. */
export function at(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let current = value;
  for (const step of path) {
    if (typeof step === "number") current = Array.isArray(current) ? current[step] : undefined;
    else current = isObject(current) && Object.hasOwn(current, step) ? current[step] : undefined;
  }
  return current;
}

/** The string below `path`; "" when it is missing or no string. */
export function textAt(value: Json | undefined, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}

/** The number below `path`; undefined when it is missing or no number. */
export function numberAt(value: Json | undefined, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

/** The object below `path`; undefined when it is missing or no object. */
export function objectAt(value: Json | undefined, ...path: readonly (string | number)[]): JsonObject | undefined {
  const found = at(value, ...path);
  return isObject(found) ? found : undefined;
}

/** The list below `path`; empty when it is missing or no list. */
export function listAt(value: Json | undefined, ...path: readonly (string | number)[]): readonly Json[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The objects of the list below `path`. */
export function objectsAt(value: Json | undefined, ...path: readonly (string | number)[]): readonly JsonObject[] {
  return listAt(value, ...path).filter(isObject);
}

/** The entries below `path` whose values are strings, as labels and annotations are. */
export function stringsAt(value: Json | undefined, ...path: readonly (string | number)[]): Record<string, string> {
  const found = objectAt(value, ...path) ?? {};
  const strings: Record<string, string> = {};
  for (const [key, entry] of Object.entries(found)) if (typeof entry === "string") setOwn(strings, key, entry);
  return strings;
}

/** The object at `field`, made when it is missing. */
export function childOf(parent: JsonObject, field: string): JsonObject {
  const found = parent[field];
  if (isObject(found)) return found;
  const made: JsonObject = {};
  parent[field] = made;
  return made;
}

/** Sets a field also when its name is `__proto__`. */
export function setOwn<Value>(target: Record<string, Value>, field: string, value: Value): void {
  if (field === "__proto__") {
    Object.defineProperty(target, field, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[field] = value;
  }
}

/** A copy that shares nothing. */
export function copyOf(value: JsonObject): JsonObject;
export function copyOf(value: Json): Json;
export function copyOf(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => copyOf(item));
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, item] of Object.entries(value)) setOwn(copy, key, copyOf(item));
  return copy;
}

/** What JSON keeps of a value: a copy without undefined fields. Undefined when nothing is left of it. */
export function toJson(value: unknown): Json | undefined {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : JSON.parse(text);
}

/** Equal as JSON; the order of an object's fields does not matter. */
export function equalJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  // Loops: a function of its own for each list or object costs more than most comparisons.
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let index = 0; index < a.length; index++) if (!equalJson(a[index], b[index])) return false;
    return true;
  }
  if (!isObject(a) || !isObject(b)) return false;
  for (const key in a) if (!Object.hasOwn(b, key) || !equalJson(a[key], b[key])) return false;
  for (const key in b) if (!Object.hasOwn(a, key)) return false;
  return true;
}

/** Whether JSON would keep the same of both: what `equalJson` says of their `toJson`, without making it. For plain data. */
export function sameAsJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let index = 0; index < a.length; index++) {
      if (!sameAsJson(a[index] ?? null, b[index] ?? null)) return false;
    }
    return true;
  }
  if (!isObject(a) || !isObject(b)) return false;
  for (const key in a) if (!sameAsJson(a[key], Object.hasOwn(b, key) ? b[key] : undefined)) return false;
  for (const key in b) if (b[key] !== undefined && !Object.hasOwn(a, key)) return false;
  return true;
}

/** Makes a value and all below it read-only. */
export function freeze<Value extends Json>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    // `for in` makes no list of the values; what JSON is made of inherits nothing that can be enumerated.
    if (Array.isArray(value)) for (const child of value) freeze(child);
    else for (const key in value) freeze(value[key] ?? null);
  }
  return value;
}

/** JSON with sorted fields, so that equal values give equal text. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (isObject(value)) {
    const fields = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
    return `{${fields.join(",")}}`;
  }
  return JSON.stringify(value);
}
