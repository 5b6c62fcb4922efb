import type { Range } from "./source.ts";
import { nodeAt, type TomlNode, type TomlTable } from "./tree.ts";

// What rules ask a tree, whose shape may be wrong: whatever is not as it should be is not there.

export interface Located<T> {
  readonly value: T;
  readonly range: Range;
}

export function textAt(node: TomlNode, ...path: readonly PropertyKey[]): Located<string> | undefined {
  const found = nodeAt(node, path)?.node;
  return found?.type === "text" ? { value: found.text, range: found.range } : undefined;
}

export function numberAt(node: TomlNode, ...path: readonly PropertyKey[]): Located<number> | undefined {
  const found = nodeAt(node, path)?.node;
  return (found?.type === "whole number" || found?.type === "number") && typeof found.value === "number"
    ? { value: found.value, range: found.range }
    : undefined;
}

/** Where the last key of the path is written; undefined when it is not there. */
export function keyAt(node: TomlNode, ...path: readonly PropertyKey[]): Range | undefined {
  return nodeAt(node, path)?.key;
}

/** The items of a list; none when it is no list. */
export function itemsAt(node: TomlNode, ...path: readonly PropertyKey[]): readonly TomlNode[] {
  const found = nodeAt(node, path)?.node;
  return found?.type === "list" ? found.items : [];
}

/** The keys of a table with their places; none when it is no table. */
export function keysAt(node: TomlNode, ...path: readonly PropertyKey[]): readonly Located<string>[] {
  const found = nodeAt(node, path)?.node;
  return found?.type === "table" ? [...found.entries].map(([value, { key }]) => ({ value, range: key })) : [];
}

/** The tables in a table, by their keys; none when it is no table. */
export function tablesAt(node: TomlNode, ...path: readonly PropertyKey[]): ReadonlyMap<string, TomlTable> {
  const found = nodeAt(node, path)?.node;
  const entries = found?.type === "table" ? [...found.entries] : [];
  return new Map(entries.flatMap(([key, { node }]) => (node.type === "table" ? [[key, node] as const] : [])));
}
