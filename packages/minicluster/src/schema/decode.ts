import { isObject, type Json, type JsonObject, setOwn } from "../json.ts";
import { canonicalQuantity } from "./quantity.ts";
import type { Field, ListShape, MapShape, Shape, StructShape } from "./shape.ts";

/** What reading an object by its schema gave. */
export interface Decoded {
  readonly value: JsonObject;
  /** Paths of fields that the schema does not know; they are dropped. */
  readonly unknown: readonly string[];
}

/** A value of the wrong type; the message is the API server's. */
export class DecodeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DecodeError";
  }
}

/**
 * Reads an object by the schema of its kind, as the API server's typed decoding does: unknown fields are dropped (and
 * named), null and empty optional lists and maps vanish, quantities become canonical, a wrong type is a `DecodeError`.
 *
 * @param known what was decoded before: the parts of it that stand in the input again are taken over as they are
 */
export function decode(shape: Shape, input: JsonObject, known?: JsonObject): Decoded {
  const unknown: string[] = [];
  const value = read(shape, input, known, "", "", "", unknown);
  return { value: isObject(value) ? value : {}, unknown };
}

/** `parent` and `name` are the path of the value: put together only where it is needed, which is seldom. */
function read(
  shape: Shape,
  value: Json,
  known: Json | undefined,
  parent: string,
  name: string,
  owner: string,
  unknown: string[],
): Json {
  if (value === known) return value;
  switch (shape.type) {
    case "any":
      return value;
    case "scalar":
      return readScalar(shape, value, parent, name, owner);
    case "struct":
      return readStruct(shape, value, known, pathOf(parent, name), owner, unknown);
    case "map":
      return readMap(shape, value, known, pathOf(parent, name), owner, unknown);
    case "list":
      return readList(shape, value, known, pathOf(parent, name), owner, unknown);
  }
}

function readMap(
  shape: MapShape,
  value: Json,
  known: Json | undefined,
  path: string,
  owner: string,
  unknown: string[],
): JsonObject {
  if (!isObject(value)) throw mismatch(value, path, owner, "map[string]string");
  const before = isObject(known) ? known : undefined;
  // An error names the map, a field that is not known its key.
  const isScalar = shape.element.type === "scalar";
  const result: JsonObject = {};
  for (const key of Object.keys(value)) {
    const entry = value[key];
    if (entry === undefined) continue;
    const name = isScalar ? "" : key;
    const decoded =
      entry === null ? zeroOf(shape.element) : read(shape.element, entry, before?.[key], path, name, owner, unknown);
    setOwn(result, key, decoded);
  }
  return result;
}

function readList(
  shape: ListShape,
  value: Json,
  known: Json | undefined,
  path: string,
  owner: string,
  unknown: string[],
): Json[] {
  if (!Array.isArray(value)) throw mismatch(value, path, owner, goTypeOf(shape));
  const before = Array.isArray(known) ? known : undefined;
  return value.map((item, index) =>
    item === null
      ? zeroOf(shape.element)
      : read(shape.element, item, before?.[index], `${path}[${index}]`, "", owner, unknown),
  );
}

function pathOf(parent: string, name: string): string {
  if (parent === "" || name === "") return parent + name;
  return `${parent}.${name}`;
}

function readStruct(
  shape: StructShape,
  value: Json,
  known: Json | undefined,
  path: string,
  owner: string,
  unknown: string[],
): JsonObject {
  if (!isObject(value)) throw mismatch(value, path, owner, goTypeOf(shape));
  const before = isObject(known) ? known : undefined;
  const result: JsonObject = {};
  for (const name in value) {
    const entry = value[name];
    if (entry === undefined) continue;
    const field = shape.fields.get(name);
    if (field === undefined) {
      unknown.push(pathOf(path, name));
    } else if (entry !== null) {
      const decoded = read(field.shape, entry, before?.[name], path, name, shape.name, unknown);
      if (field.required || !isEmpty(field, decoded)) result[name] = decoded;
    }
  }
  for (const { name, struct } of valueStructs(shape)) {
    result[name] ??= readStruct(struct, {}, undefined, path, owner, unknown);
  }
  return result;
}

interface ValueStruct {
  readonly name: string;
  readonly struct: StructShape;
}

const valueStructsOf = new WeakMap<StructShape, readonly ValueStruct[]>();

/** Fields that hold a struct itself, not a pointer to one: Go writes them also when they are empty. */
function valueStructs(shape: StructShape): readonly ValueStruct[] {
  const known = valueStructsOf.get(shape);
  if (known !== undefined) return known;
  const found: ValueStruct[] = [];
  for (const [name, field] of shape.fields) {
    if (field.shape.type === "struct" && isObject(field.defaultValue)) found.push({ name, struct: field.shape });
  }
  valueStructsOf.set(shape, found);
  return found;
}

/** Go's `omitempty`: an empty list or map is not kept. An empty struct is, because optional ones are pointers. */
function isEmpty(field: Field, value: Json): boolean {
  if (field.shape.type === "list") return Array.isArray(value) && value.length === 0;
  if (field.shape.type === "map") return isObject(value) && Object.keys(value).length === 0;
  return field.zeroIsAbsent && (value === "" || value === 0 || value === false);
}

function zeroOf(shape: Shape): Json {
  if (shape.type === "scalar") {
    if (shape.scalar === "boolean") return false;
    if (shape.scalar === "integer" || shape.scalar === "number") return 0;
    return shape.scalar === "quantity" ? "0" : "";
  }
  if (shape.type === "list") return [];
  return shape.type === "any" ? null : {};
}

function readScalar(shape: Shape & { type: "scalar" }, value: Json, parent: string, name: string, owner: string): Json {
  switch (shape.scalar) {
    case "string":
      if (typeof value === "string") return value;
      break;
    case "bytes":
      if (typeof value === "string") {
        if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value) || value.length % 4 !== 0) {
          throw new DecodeError(`illegal base64 data in field "${pathOf(parent, name)}"`);
        }
        return value;
      }
      break;
    case "time":
      if (typeof value === "string") {
        if (Number.isNaN(Date.parse(value))) {
          throw new DecodeError(
            `parsing time ${JSON.stringify(value)} in field "${pathOf(parent, name)}": not a time of RFC 3339`,
          );
        }
        return value;
      }
      break;
    case "boolean":
      if (typeof value === "boolean") return value;
      break;
    case "integer":
      if (typeof value === "number" && Number.isInteger(value)) {
        if (shape.goType === "int32" && Math.abs(value) > 2 ** 31) {
          throw new DecodeError(
            `json: cannot unmarshal number ${value} into ${goField(pathOf(parent, name), owner)} of type int32`,
          );
        }
        return value;
      }
      break;
    case "number":
      if (typeof value === "number") return value;
      break;
    case "int-or-string":
      if (typeof value === "string" || (typeof value === "number" && Number.isInteger(value))) return value;
      break;
    case "quantity": {
      if (typeof value !== "string" && typeof value !== "number") break;
      const canonical = canonicalQuantity(value);
      if (canonical === undefined) {
        throw new DecodeError(
          `quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
        );
      }
      return canonical;
    }
  }
  throw mismatch(value, pathOf(parent, name), owner, shape.goType);
}

function mismatch(value: Json, path: string, owner: string, goType: string): DecodeError {
  return new DecodeError(`json: cannot unmarshal ${jsonType(value)} into ${goField(path, owner)} of type ${goType}`);
}

function goField(path: string, owner: string): string {
  return `Go struct field ${owner}.${path.replace(/\[\d+\]/g, "")}`;
}

function jsonType(value: Json): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value === "number" && !Number.isInteger(value) ? `number ${value}` : typeof value;
}

function goTypeOf(shape: Shape): string {
  switch (shape.type) {
    case "struct":
      return `v1.${shape.name}`;
    case "list":
      return `[]${goTypeOf(shape.element)}`;
    case "map":
      return `map[string]${goTypeOf(shape.element)}`;
    case "scalar":
      return shape.goType;
    case "any":
      return "interface {}";
  }
}
