import { canonicalJson, equalJson, isObject, type Json, type JsonObject, setOwn } from "../json.ts";
import type { ListShape, MapShape, Shape, StructShape } from "../schema/shape.ts";
import {
  childShape,
  emptyFieldSet,
  type FieldPath,
  type FieldSet,
  type GrowingSet,
  growingFieldSet,
  growingSet,
  isEmptySet,
  pathText,
} from "./field-set.ts";

// Walks over values by their shape. Source: sigs.k8s.io/structured-merge-diff/v6/typed.

/** A value that does not fit its schema, with the sentences of structured-merge-diff. */
export class TypedValueError extends Error {
  constructor(path: FieldPath, message: string) {
    super(`${pathText(path)}: ${message}`);
    this.name = "TypedValueError";
  }
}

/** What separates two values. No path is in more than one of the sets. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

function isAtomic(shape: Shape): boolean {
  switch (shape.type) {
    case "struct":
    case "map":
      return shape.atomic;
    case "list":
      return shape.relation === "atomic";
    default:
      return true;
  }
}

/** The path element of a list's item. */
export function itemStep(shape: ListShape, item: Json, path: FieldPath): string {
  if (shape.relation === "set") {
    if (typeof item === "object")
      throw new TypedValueError(path, "associative list without keys has an element that's a map type");
    return `v:${JSON.stringify(item)}`;
  }
  if (!isObject(item)) throw new TypedValueError(path, "associative list with keys may not have non-map elements");
  const key: JsonObject = {};
  const fields = shape.element.type === "struct" ? shape.element.fields : undefined;
  for (const name of shape.keys) {
    const value = item[name] ?? fields?.get(name)?.defaultValue;
    if (value !== undefined && value !== null) key[name] = value;
  }
  if (Object.keys(key).length === 0) {
    const names = shape.keys.map((name) => JSON.stringify(name)).join(" ");
    throw new TypedValueError(
      path,
      `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
    );
  }
  return `k:${canonicalJson(key)}`;
}

/** Throws `TypedValueError` unless the value fits: types, known fields, unique keys in lists. */
export function checkTyped(shape: Shape, value: Json, path: FieldPath = []): void {
  if (value === null) return;
  switch (shape.type) {
    case "any":
      return;
    case "scalar":
      checkScalar(shape.scalar, value, path);
      return;
    case "struct":
    case "map":
      if (!isObject(value)) throw new TypedValueError(path, `expected map, got &{${JSON.stringify(value)}}`);
      for (const [key, child] of Object.entries(value)) {
        const step = [...path, `f:${key}`];
        if (shape.type === "struct" && !shape.fields.has(key)) {
          throw new TypedValueError(step, "field not declared in schema");
        }
        checkTyped(childShape(shape, `f:${key}`), child, step);
      }
      return;
    case "list": {
      if (!Array.isArray(value)) throw new TypedValueError(path, `expected list, got &{${JSON.stringify(value)}}`);
      const seen = new Set<string>();
      for (const [index, item] of value.entries()) {
        const step = shape.relation === "atomic" ? `i:${index}` : itemStep(shape, item, path);
        if (seen.has(step)) throw new TypedValueError(path, `duplicate entries for key ${pathText([step])}`);
        seen.add(step);
        checkTyped(shape.element, item, [...path, step]);
      }
    }
  }
}

function checkScalar(scalar: string, value: Json, path: FieldPath): void {
  const type = typeof value;
  if (type === "object")
    throw new TypedValueError(path, `expected ${scalar}, got ${Array.isArray(value) ? "list" : "map"}`);
  if (scalar === "quantity" || scalar === "int-or-string") return;
  if (scalar === "boolean" && type !== "boolean") throw new TypedValueError(path, `expected boolean, got ${type}`);
  if ((scalar === "integer" || scalar === "number") && type !== "number") {
    throw new TypedValueError(path, `expected numeric (int or float), got ${type}`);
  }
  if (["string", "bytes", "time"].includes(scalar) && type !== "string") {
    throw new TypedValueError(
      path,
      `expected string, got ${type === "number" ? `&value.valueUnstructured{Value:${value}}` : type}`,
    );
  }
}

/** Every leaf and list item that the value mentions. */
export function toFieldSet(shape: Shape, value: Json): FieldSet {
  const set = growingFieldSet();
  const visit = (here: Shape, current: Json, path: FieldPath): void => {
    if (isAtomic(here)) {
      set.add(path);
    } else if (here.type === "list") {
      if (!Array.isArray(current)) return;
      for (const item of current) {
        const child = [...path, itemStep(here, item, path)];
        visit(here.element, item, child);
        set.add(child);
      }
    } else if (isObject(current)) {
      for (const [key, entry] of Object.entries(current)) {
        const child = [...path, `f:${key}`];
        visit(childShape(here, `f:${key}`), entry, child);
        const empty = entry === null || (isObject(entry) && Object.keys(entry).length === 0);
        if (empty || here.type === "map") set.add(child);
      }
    }
  };
  visit(shape, value, []);
  return set;
}

/** Where a comparison is, with the sets' nodes for it as far as something below it differs. */
interface Place {
  readonly above: Place | undefined;
  readonly step: string;
  readonly nodes: { added?: GrowingSet; modified?: GrowingSet; removed?: GrowingSet };
}

/** What `next` adds to, changes in and removes from `previous`. Parts that both share are not looked at. */
export function compareTyped(shape: Shape, previous: Json, next: Json): Comparison {
  const roots = { added: growingSet(), modified: growingSet(), removed: growingSet() };
  const root: Place = { above: undefined, step: "", nodes: roots };

  const nodeAt = (place: Place, which: keyof Comparison): GrowingSet => {
    const known = place.nodes[which];
    if (known !== undefined) return known;
    const made = growingSet();
    if (place.above !== undefined) nodeAt(place.above, which).children.set(place.step, made);
    place.nodes[which] = made;
    return made;
  };
  // The whole object is nobody's.
  const note = (place: Place, which: keyof Comparison): void => {
    if (place.above !== undefined) nodeAt(place.above, which).members.add(place.step);
  };
  const below = (above: Place, step: string): Place => ({ above, step, nodes: {} });

  const visit = (here: Shape, left: Json | undefined, right: Json | undefined, place: Place): void => {
    if (left === right && left !== undefined) return;
    const leaf = isAtomic(here) || (isVoid(left) && isVoid(right));
    if (leaf) {
      if (left === undefined) note(place, "added");
      else if (right === undefined) note(place, "removed");
      else if (!equalJson(left, right)) note(place, "modified");
      return;
    }
    if (here.type === "list") visitItems(here, left, right, place);
    else if (here.type === "struct" || here.type === "map") visitFields(here, left, right, place);
    if (left === undefined) note(place, "added");
    else if (right === undefined) note(place, "removed");
  };

  const visitFields = (
    here: StructShape | MapShape,
    left: Json | undefined,
    right: Json | undefined,
    place: Place,
  ): void => {
    const before = isObject(left) ? left : {};
    const after = isObject(right) ? right : {};
    const look = (key: string): void => {
      const step = `f:${key}`;
      visit(childShape(here, step), ownField(before, key), ownField(after, key), below(place, step));
    };
    for (const key of Object.keys(before)) look(key);
    for (const key of Object.keys(after)) if (!Object.hasOwn(before, key)) look(key);
  };

  const visitItems = (here: ListShape, left: Json | undefined, right: Json | undefined, place: Place): void => {
    const path = pathOf(place);
    const before = itemsByStep(here, left, path);
    const after = itemsByStep(here, right, path);
    for (const step of new Set([...before.keys(), ...after.keys()])) {
      const lefts = before.get(step) ?? [];
      const rights = after.get(step) ?? [];
      const child = below(place, step);
      if (lefts.length <= 1 && rights.length <= 1) {
        visit(here.element, lefts[0], rights[0], child);
      } else if (lefts.length >= 2 && rights.length >= 2) {
        // Duplicates are compared as one.
        if (!equalJson([...lefts], [...rights])) note(child, "modified");
      } else if (lefts.length >= 2) {
        if (rights.length > 0) visit(here.element, undefined, rights[0], child);
        note(child, "removed");
      } else {
        if (lefts.length > 0) visit(here.element, lefts[0], undefined, child);
        note(child, "added");
      }
    }
  };

  visit(shape, previous, next, root);
  return roots;
}

function pathOf(place: Place): FieldPath {
  return place.above === undefined ? [] : [...pathOf(place.above), place.step];
}

function ownField(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Absent, null or empty: there is nothing to descend into. */
function isVoid(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

function itemsByStep(shape: ListShape, list: Json | undefined, path: FieldPath): Map<string, Json[]> {
  const items = new Map<string, Json[]>();
  for (const item of Array.isArray(list) ? list : []) {
    const step = itemStep(shape, item, path);
    const same = items.get(step);
    if (same === undefined) items.set(step, [item]);
    else same.push(item);
  }
  return items;
}

/** Lays `applied` over `live`: nothing is removed, leaves of `applied` win, lists take its order where it has one. */
export function mergeTyped(shape: Shape, live: Json | undefined, applied: Json | undefined): Json | undefined {
  if (isAtomic(shape) || (isVoid(live) && isVoid(applied))) return applied === undefined ? live : applied;
  if (shape.type === "list") return mergeItems(shape, live, applied);
  const before = isObject(live) ? live : {};
  const after = isObject(applied) ? applied : {};
  const merged: JsonObject = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const value = mergeTyped(childShape(shape, `f:${key}`), ownField(before, key), ownField(after, key));
    if (value !== undefined) setOwn(merged, key, value);
  }
  return Object.keys(merged).length > 0 ? merged : undefined;
}

function mergeItems(shape: ListShape, live: Json | undefined, applied: Json | undefined): Json | undefined {
  const left = Array.isArray(live) ? live : [];
  const right = Array.isArray(applied) ? applied : [];
  const leftSteps = left.map((item) => itemStep(shape, item, []));
  const rightSteps = right.map((item) => itemStep(shape, item, []));
  const leftItems = new Map<string, Json | undefined>();
  for (const [index, step] of leftSteps.entries()) {
    // Items that stand twice are replaced, not merged.
    leftItems.set(step, leftItems.has(step) ? null : left[index]);
  }
  const rightItems = new Map(rightSteps.map((step, index) => [step, right[index]]));
  const shared = rightSteps.filter((step) => leftItems.has(step));
  let nextShared = shared.shift();
  const done = new Set<string>();
  const out: Json[] = [];
  const push = (value: Json | undefined) => {
    if (value !== undefined) out.push(value);
  };
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    const leftStep = leftSteps[l];
    const rightStep = rightSteps[r];
    if (leftStep !== undefined && rightStep !== undefined) {
      if (leftStep === rightStep) {
        done.add(leftStep);
        push(mergeTyped(shape.element, leftItems.get(leftStep), rightItems.get(rightStep)));
        l += 1;
        r += 1;
        nextShared = shared.shift();
        continue;
      }
      if (rightItems.has(leftStep) && nextShared !== undefined && nextShared !== leftStep) {
        // A shared item whose turn comes later, in the applied order.
        l += 1;
        continue;
      }
    }
    if (leftStep !== undefined) {
      if (!rightItems.has(leftStep)) {
        push(mergeTyped(shape.element, left[l], undefined));
        l += 1;
        continue;
      }
      if (done.has(leftStep)) l += 1;
    }
    if (rightStep !== undefined) {
      done.add(rightStep);
      push(mergeTyped(shape.element, leftItems.get(rightStep) ?? undefined, rightItems.get(rightStep)));
      r += 1;
      if (nextShared === rightStep) nextShared = shared.shift();
    }
  }
  return out.length > 0 ? out : undefined;
}

/** The value without the fields and items of the set; a list or map that becomes empty becomes null. */
export function removeFields(shape: Shape, value: Json, set: FieldSet): Json {
  if (shape.type === "scalar" || shape.type === "any") return value;
  if (shape.type === "list") {
    if (!Array.isArray(value) || shape.relation === "atomic") return null;
    const kept: Json[] = [];
    for (const item of value) {
      const step = itemStep(shape, item, []);
      if (set.members.has(step)) continue;
      const below = set.children.get(step) ?? emptyFieldSet;
      kept.push(isEmptySet(below) ? item : removeFields(shape.element, item, below));
    }
    return kept.length > 0 ? kept : null;
  }
  if (!isObject(value) || shape.atomic) return null;
  const kept: JsonObject = {};
  for (const [key, entry] of Object.entries(value)) {
    const step = `f:${key}`;
    if (set.members.has(step)) continue;
    const below = set.children.get(step) ?? emptyFieldSet;
    setOwn(kept, key, isEmptySet(below) ? entry : removeFields(childShape(shape, step), entry, below));
  }
  return Object.keys(kept).length > 0 ? kept : null;
}

/**
 * What Go's zero value of a kind looks like as JSON: structs that are no pointers are there, empty. A created object is
 * compared with it.
 */
export function zeroValue(shape: Shape): JsonObject {
  const zero: JsonObject = {};
  if (shape.type !== "struct") return zero;
  for (const [name, field] of shape.fields) {
    if (field.shape.type === "struct" && isObject(field.defaultValue)) zero[name] = zeroValue(field.shape);
    else if (field.required && (field.shape.type === "list" || field.shape.type === "map")) zero[name] = null;
  }
  return zero;
}
