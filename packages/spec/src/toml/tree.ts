import type { AST } from "toml-eslint-parser";
import type { Range } from "./source.ts";

/** TOML as values that know where they stand. A table or list made by headers stands at its first header's key. */
export type TomlNode = TomlTable | TomlList | TomlScalar;
export interface TomlTable {
  readonly type: "table";
  readonly range: Range;
  readonly entries: Map<string, TomlEntry>;
}
interface TomlList {
  readonly type: "list";
  readonly range: Range;
  readonly items: TomlNode[];
}
export interface TomlScalar {
  readonly type: "text" | "whole number" | "number" | "boolean" | "date";
  readonly range: Range;
  readonly value: string | number | boolean | Date;
  /** The value as text: what an environment variable gets. */
  readonly text: string;
}
interface TomlEntry {
  readonly key: Range;
  readonly node: TomlNode;
}

/** app.toml needs 6 levels; hostile nesting would exhaust the stack of everything that walks the tree. */
const maxDepth = 32;

export class TooDeep extends Error {
  readonly range: Range;
  constructor(range: Range) {
    super("tables or lists are nested too deeply");
    this.range = range;
  }
}

/** A step of a path: a key with where it is written, or a position in a list. */
type Step = { readonly key: string; readonly range: Range } | number;

export function treeOf(program: AST.TOMLProgram): TomlTable {
  const root = table([0, 0]);
  for (const part of program.body[0].body) {
    if (part.type === "TOMLKeyValue") {
      insert(root, keySteps(part.key), part.value, 0);
      continue;
    }
    const keys = keySteps(part.key);
    let nextKey = 0;
    const steps = part.resolvedKey.map((step): Step => {
      const key = typeof step === "string" ? keys[nextKey++] : undefined;
      return key ?? Number(step);
    });
    const target = descend(root, steps, part.key.range);
    if (target.type !== "table") continue;
    for (const pair of part.body) insert(target, keySteps(pair.key), pair.value, steps.length);
  }
  return root;
}

function table(range: Range): TomlTable {
  return { type: "table", range, entries: new Map() };
}

function keySteps(key: AST.TOMLKey): readonly Exclude<Step, number>[] {
  return key.keys.map((one) => ({ key: one.type === "TOMLBare" ? one.name : one.value, range: one.range }));
}

/** Walks `steps`, makes what is not there yet. The parser has already refused files in which this could not be done. */
function descend(from: TomlNode, steps: readonly Step[], range: Range): TomlNode {
  if (steps.length > maxDepth) throw new TooDeep(range);
  let current = from;
  for (const [index, step] of steps.entries()) {
    const make = (): TomlNode =>
      typeof steps[index + 1] === "number" ? { type: "list", range, items: [] } : table(range);
    let next: TomlNode | undefined;
    if (typeof step === "number") {
      if (current.type !== "list") return current;
      next = current.items[step];
      if (next === undefined) {
        next = make();
        current.items.push(next);
      }
    } else {
      if (current.type !== "table") return current;
      next = current.entries.get(step.key)?.node;
      if (next === undefined) {
        next = make();
        current.entries.set(step.key, { key: step.range, node: next });
      }
    }
    current = next;
  }
  return current;
}

function insert(
  into: TomlTable,
  steps: readonly Exclude<Step, number>[],
  value: AST.TOMLContentNode,
  depth: number,
): void {
  const last = steps.at(-1);
  if (last === undefined) return;
  const target = descend(into, steps.slice(0, -1), last.range);
  if (target.type !== "table") return;
  target.entries.set(last.key, { key: last.range, node: convert(value, depth + steps.length) });
}

function convert(node: AST.TOMLContentNode, depth: number): TomlNode {
  const { range } = node;
  if (depth > maxDepth) throw new TooDeep(range);
  if (node.type === "TOMLArray") {
    return { type: "list", range, items: node.elements.map((element) => convert(element, depth + 1)) };
  }
  if (node.type === "TOMLInlineTable") {
    const made = table(range);
    for (const pair of node.body) insert(made, keySteps(pair.key), pair.value, depth);
    return made;
  }
  switch (node.kind) {
    case "string":
      return { type: "text", range, value: node.value, text: node.value };
    case "boolean":
      return { type: "boolean", range, value: node.value, text: String(node.value) };
    case "integer":
      return { type: "whole number", range, value: node.value, text: String(node.bigint) };
    case "float":
      return { type: "number", range, value: node.value, text: node.number.replaceAll("_", "") };
    default:
      return { type: "date", range, value: node.value, text: node.datetime };
  }
}

interface Found {
  readonly node: TomlNode;
  /** The key that leads to the node; undefined for the root and for items of lists. */
  readonly key: Range | undefined;
}

/** The node at a path of keys and positions; undefined when the file does not have it. */
export function nodeAt(root: TomlNode, path: readonly PropertyKey[]): Found | undefined {
  let found: Found | undefined = { node: root, key: undefined };
  for (const step of path) {
    found = found && childOf(found.node, step);
  }
  return found;
}

function childOf(node: TomlNode, step: PropertyKey): Found | undefined {
  if (node.type === "table") return node.entries.get(String(step));
  const item = node.type === "list" ? node.items[Number(step)] : undefined;
  return item && { node: item, key: undefined };
}

/** The tree as plain values. `scalar` may give a scalar another value, by its path. */
export function plainValue(
  node: TomlNode,
  scalar: (node: TomlScalar, path: readonly (string | number)[]) => unknown,
  path: readonly (string | number)[] = [],
): unknown {
  if (node.type === "list") return node.items.map((item, index) => plainValue(item, scalar, [...path, index]));
  if (node.type !== "table") return scalar(node, path);
  return Object.fromEntries(
    [...node.entries].map(([key, entry]) => [key, plainValue(entry.node, scalar, [...path, key])]),
  );
}
