import { isObject, type Json, type JsonObject, setOwn } from "../json.ts";
import { canonicalQuantity } from "./quantity.ts";
import type { Field, Shape, StructShape } from "./shape.ts";

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
  const value = read(shape, input, known, "", "", unknown);
  return { value: isObject(value) ? value : {}, unknown };
}

function read(
  shape: Shape,
  value: Json,
  known: Json | undefined,
  path: string,
  owner: string,
  unknown: string[],
): Json {
  if (value === known) return value;
  switch (shape.type) {
    case "any":
      return value;
    case "scalar":
      return readScalar(shape, value, path, owner);
    case "struct":
      return readStruct(shape, value, known, path, owner, unknown);
    case "map": {
      if (!isObject(value)) throw mismatch(value, path, owner, "map[string]string");
      const result: JsonObject = {};
      for (const [key, entry] of Object.entries(value)) {
        if (entry === undefined) continue;
        // An error names the map, a field that is not known its key.
        const at = shape.element.type === "scalar" ? path : `${path}.${key}`;
        const before = isObject(known) ? known[key] : undefined;
        const decoded = entry === null ? zeroOf(shape.element) : read(shape.element, entry, before, at, owner, unknown);
        setOwn(result, key, decoded);
      }
      return result;
    }
    case "list":
      if (!Array.isArray(value)) throw mismatch(value, path, owner, goTypeOf(shape));
      return value.map((item, index) =>
        item === null
          ? zeroOf(shape.element)
          : read(
              shape.element,
              item,
              Array.isArray(known) ? known[index] : undefined,
              `${path}[${index}]`,
              owner,
              unknown,
            ),
      );
  }
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
  const result: JsonObject = {};
  for (const name in value) {
    const entry = value[name];
    if (entry === undefined) continue;
    const field = shape.fields.get(name);
    const child = path === "" ? name : `${path}.${name}`;
    if (field === undefined) {
      unknown.push(child);
    } else if (entry !== null) {
      const before = isObject(known) ? known[name] : undefined;
      const decoded = read(field.shape, entry, before, child, shape.name, unknown);
      if (field.required || !isEmpty(field, decoded)) result[name] = decoded;
    }
  }
  for (const [name, field] of valueStructs(shape))
    result[name] ??= readStruct(field, {}, undefined, path, owner, unknown);
  return result;
}

const valueStructsOf = new WeakMap<StructShape, readonly (readonly [string, StructShape])[]>();

/** Fields that hold a struct itself, not a pointer to one: Go writes them also when they are empty. */
function valueStructs(shape: StructShape): readonly (readonly [string, StructShape])[] {
  const known = valueStructsOf.get(shape);
  if (known !== undefined) return known;
  const found: (readonly [string, StructShape])[] = [];
  for (const [name, field] of shape.fields) {
    if (field.shape.type === "struct" && isObject(field.defaultValue)) found.push([name, field.shape]);
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

function readScalar(shape: Shape & { type: "scalar" }, value: Json, path: string, owner: string): Json {
  switch (shape.scalar) {
    case "string":
      if (typeof value === "string") return value;
      break;
    case "bytes":
      if (typeof value === "string") {
        if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value) || value.length % 4 !== 0) {
          throw new DecodeError(`illegal base64 data in field "${path}"`);
        }
        return value;
      }
      break;
    case "time":
      if (typeof value === "string") {
        if (Number.isNaN(Date.parse(value))) {
          throw new DecodeError(`parsing time ${JSON.stringify(value)} in field "${path}": not a time of RFC 3339`);
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
          throw new DecodeError(`json: cannot unmarshal number ${value} into ${goField(path, owner)} of type int32`);
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
  throw mismatch(value, path, owner, shape.goType);
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
