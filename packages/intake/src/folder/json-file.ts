import { type FolderFacts, textOf } from "./folder-facts.ts";

export type Json = Readonly<Record<string, unknown>>;

export function asTable(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

/** A field that is text with something in it. */
export function textIn(table: Json, key: string): string | undefined {
  const value = Object.hasOwn(table, key) ? table[key] : undefined;
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** A JSON file of the folder; undefined when it is not there or not an object. */
export function jsonFile(facts: FolderFacts, path: string): Json | undefined {
  const text = textOf(facts, path);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? asTable(value) : undefined;
  } catch {
    return undefined;
  }
}
