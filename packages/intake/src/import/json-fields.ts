/** A JSON object that nobody has checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** What stands at a path of a JSON value; undefined where the path leads nowhere, and for null. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, step)) return undefined;
    here = Reflect.get(here, step);
  }
  return here ?? undefined;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object at a path; empty where there is none. */
export function fieldsAt(value: unknown, ...path: readonly (string | number)[]): Fields {
  const found = at(value, ...path);
  return isFields(found) ? found : {};
}

/** A list at a path; empty where there is none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

export function numberAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}

/** The texts of a string map, such as labels; values of other types are left out. */
export function textsAt(value: unknown, ...path: readonly (string | number)[]): Readonly<Record<string, string>> {
  const texts = Object.entries(fieldsAt(value, ...path)).flatMap(([key, text]): [string, string][] =>
    typeof text === "string" ? [[key, text]] : [],
  );
  return Object.fromEntries(texts);
}

/** The strings of a list; numbers and booleans, which YAML makes of unquoted words, as they would be written. */
export function wordsAt(value: unknown, ...path: readonly (string | number)[]): readonly string[] | undefined {
  const words = listAt(value, ...path).flatMap((word) =>
    typeof word === "string" || typeof word === "number" || typeof word === "boolean" ? [String(word)] : [],
  );
  return words.length === 0 ? undefined : words;
}
