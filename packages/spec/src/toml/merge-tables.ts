import type { TomlNode, TomlTable } from "./tree.ts";

/**
 * Lays one table over another: tables merge key by key, lists and values of another type replace. Each part of the result
 * knows where it was written; a table of both stands where the overriding one does.
 */
export function mergeTables(base: TomlTable, over: TomlTable): TomlTable {
  const entries = new Map(base.entries);
  for (const [key, { key: range, node }] of over.entries) {
    const below = base.entries.get(key)?.node;
    entries.set(key, { key: range, node: below === undefined ? node : mergeNodes(below, node) });
  }
  return { type: "table", range: over.range, entries };
}

function mergeNodes(base: TomlNode, over: TomlNode): TomlNode {
  return base.type === "table" && over.type === "table" ? mergeTables(base, over) : over;
}
