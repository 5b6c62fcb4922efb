import { canonicalJson, freeze, isObject, type Json, type JsonObject } from "../json.ts";
import type { Shape } from "../schema/shape.ts";

/**
 * A set of field paths as a tree. Keys are path elements in their serialized form: `f:name` (a field), `k:{"name":"a"}`
 * (an item of a keyed list), `v:"a"` (an item of a set). A child's presence does not make it a member.
 * Source: sigs.k8s.io/structured-merge-diff/v6/fieldpath.
 */
export interface FieldSet {
  readonly members: ReadonlySet<string>;
  readonly children: ReadonlyMap<string, FieldSet>;
}

/** From the root to a field. */
export type FieldPath = readonly string[];

export const emptyFieldSet: FieldSet = { members: new Set(), children: new Map() };

/** A set while it is made. */
export interface GrowingSet {
  readonly members: Set<string>;
  readonly children: Map<string, GrowingSet>;
}

export function growingSet(): GrowingSet {
  return { members: new Set(), children: new Map() };
}

/** A set that grows while a value is walked. */
export function growingFieldSet(): FieldSet & { add(path: FieldPath): void } {
  const root = growingSet();
  return {
    ...root,
    add(path) {
      const last = path.at(-1);
      // The whole object is nobody's.
      if (last === undefined) return;
      let node = root;
      for (const step of path.slice(0, -1)) {
        const next = node.children.get(step) ?? growingSet();
        node.children.set(step, next);
        node = next;
      }
      node.members.add(last);
    },
  };
}

/** A set of these paths. */
export function fieldSetOf(...paths: readonly FieldPath[]): FieldSet {
  const set = growingFieldSet();
  for (const path of paths) set.add(path);
  return set;
}

export function isEmptySet(set: FieldSet): boolean {
  if (set.members.size > 0) return false;
  for (const child of set.children.values()) if (!isEmptySet(child)) return false;
  return true;
}

/** Paths in either; `a` itself when it has them all. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmptySet(b)) return a;
  if (isEmptySet(a)) return b;
  let children: Map<string, FieldSet> | undefined;
  for (const [step, child] of b.children) {
    const own = a.children.get(step);
    const both = own === undefined ? child : union(own, child);
    if (both === own) continue;
    children ??= new Map(a.children);
    children.set(step, both);
  }
  let members: Set<string> | undefined;
  for (const step of b.members) {
    if (a.members.has(step)) continue;
    members ??= new Set(a.members);
    members.add(step);
  }
  if (children === undefined && members === undefined) return a;
  return { members: members ?? a.members, children: children ?? a.children };
}

/** Paths in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  if (isEmptySet(a) || isEmptySet(b)) return emptyFieldSet;
  const children = new Map<string, FieldSet>();
  for (const [step, child] of a.children) {
    const other = b.children.get(step);
    if (other === undefined) continue;
    const both = intersection(child, other);
    if (!isEmptySet(both)) children.set(step, both);
  }
  return { members: new Set([...a.members].filter((step) => b.members.has(step))), children };
}

/** Paths in `a` and not in `b`, a path below one of `b` stays; `a` itself when nothing goes. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return without(a, b, false);
}

/** Paths in `a` that are neither in `b` nor below one of `b`. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  return without(a, b, true);
}

function without(a: FieldSet, b: FieldSet, recursive: boolean): FieldSet {
  if (isEmptySet(a) || isEmptySet(b)) return a;
  let children: Map<string, FieldSet> | undefined;
  const drop = (step: string): void => {
    children ??= new Map(a.children);
    children.delete(step);
  };
  for (const [step, child] of a.children) {
    if (recursive && b.members.has(step)) {
      drop(step);
      continue;
    }
    const other = b.children.get(step);
    if (other === undefined) continue;
    const rest = without(child, other, recursive);
    if (rest === child) continue;
    if (isEmptySet(rest)) drop(step);
    else {
      children ??= new Map(a.children);
      children.set(step, rest);
    }
  }
  let members: Set<string> | undefined;
  for (const step of a.members) {
    if (!b.members.has(step)) continue;
    members ??= new Set(a.members);
    members.delete(step);
  }
  if (children === undefined && members === undefined) return a;
  return { members: members ?? a.members, children: children ?? a.children };
}

/**
 * Adds the struct fields that lead to members: a set made of `a.b.c` then also has `a` when it is a named field, but
 * not a key of a map.
 */
export function withNamedFields(set: FieldSet, shape: Shape): FieldSet {
  const members = new Set(set.members);
  const children = new Map<string, FieldSet>();
  for (const [step, child] of set.children) {
    if (shape.type === "struct" && step.startsWith("f:") && shape.fields.has(step.slice(2))) members.add(step);
    children.set(step, withNamedFields(child, childShape(shape, step)));
  }
  return { members, children };
}

/** The shape below a path element. */
export function childShape(shape: Shape, step: string): Shape {
  if (shape.type === "struct") return shape.fields.get(step.slice(2))?.shape ?? { type: "any" };
  return shape.type === "map" || shape.type === "list" ? shape.element : { type: "any" };
}

/** All member paths, in order. */
export function* pathsOf(set: FieldSet, prefix: FieldPath = []): Iterable<FieldPath> {
  for (const step of [...set.members].sort()) yield [...prefix, step];
  for (const [step, child] of [...set.children].sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield* pathsOf(child, [...prefix, step]);
  }
}

export function hasPath(set: FieldSet, path: FieldPath): boolean {
  const [first, ...rest] = path;
  if (first === undefined) return false;
  if (rest.length === 0) return set.members.has(first);
  const child = set.children.get(first);
  return child !== undefined && hasPath(child, rest);
}

/** `.spec.template.spec.containers[name="app"].image`, as conflicts name fields. */
export function pathText(path: FieldPath): string {
  return path.map(stepText).join("");
}

function stepText(step: string): string {
  const rest = step.slice(2);
  if (step.startsWith("f:")) return `.${rest}`;
  if (step.startsWith("v:")) return `[=${rest}]`;
  const key: unknown = step.startsWith("k:") ? JSON.parse(rest) : undefined;
  if (!isObject(key)) return `[${rest}]`;
  return `[${Object.entries(key)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",")}]`;
}

const encodedSets = new WeakMap<FieldSet, JsonObject>();

/** The set as `fieldsV1`, read-only. Sets do not change once they are told from others: each is written once. */
export function encodeFieldSet(set: FieldSet): JsonObject {
  const known = encodedSets.get(set);
  if (known !== undefined) return known;
  const encoded = freeze(encode(set));
  encodedSets.set(set, encoded);
  return encoded;
}

function encode(set: FieldSet): JsonObject {
  const fields: JsonObject = {};
  for (const step of [...new Set([...set.members, ...set.children.keys()])].sort()) {
    const child = set.children.get(step);
    const encoded = child === undefined ? {} : encode(child);
    fields[step] = set.members.has(step) && Object.keys(encoded).length > 0 ? { ".": {}, ...encoded } : encoded;
  }
  return fields;
}

/** Reads `fieldsV1`; undefined when it is none. */
export function decodeFieldSet(fields: Json | undefined): FieldSet | undefined {
  if (!isObject(fields)) return undefined;
  const members = new Set<string>();
  const children = new Map<string, FieldSet>();
  for (const [key, value] of Object.entries(fields)) {
    if (key === ".") continue;
    const step = canonicalStep(key);
    if (step === undefined || !isObject(value)) return undefined;
    const child = decodeFieldSet(value);
    if (child === undefined) return undefined;
    if (Object.keys(value).length === 0 || Object.hasOwn(value, ".")) members.add(step);
    if (!isEmptySet(child)) children.set(step, child);
  }
  return { members, children };
}

function canonicalStep(key: string): string | undefined {
  const rest = key.slice(2);
  switch (key.slice(0, 2)) {
    case "f:":
    case "i:":
      return key;
    case "k:":
    case "v:":
      try {
        return `${key.slice(0, 2)}${canonicalJson(JSON.parse(rest))}`;
      } catch {
        return undefined;
      }
    default:
      return undefined;
  }
}
