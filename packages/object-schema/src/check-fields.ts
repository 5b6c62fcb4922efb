import { isObject, type Json } from "./json.ts";
import type { Field, ScalarShape, Shape, StructShape } from "./shape.ts";

type Path = readonly (string | number)[];

/** A field that an object of its kind cannot have, or lacks. */
export interface FieldProblem {
  readonly code: "unknown-field" | "wrong-type" | "missing-field";
  readonly path: Path;
  /** What is wrong, for people; the field is named by `path`. */
  readonly message: string;
  /** Of an unknown field: those that stand there. */
  readonly known?: readonly string[];
}

/**
 * Every field of an object that its kind does not have, every value of another type, every field that must be there and
 * is not. Nulls are as if they were not there, as the API server reads them.
 *
 * @param options.partial The object is a patch of one: nothing is missing, and keys that begin with `$` are directives.
 */
export function checkFields(
  shape: Shape,
  value: Json,
  options: { readonly partial?: boolean } = {},
): readonly FieldProblem[] {
  return check(shape, value, [], options.partial === true);
}

function check(shape: Shape, value: Json, path: Path, partial: boolean): readonly FieldProblem[] {
  if (value === null) return [];
  switch (shape.type) {
    case "any":
      return [];
    case "scalar":
      return isScalar(shape, value) ? [] : [wrongType(words[shape.scalar], value, path)];
    case "list":
      if (!Array.isArray(value)) return [wrongType("a list", value, path)];
      return value.flatMap((item, index) => check(shape.element, item, [...path, index], partial));
    case "map":
      if (!isObject(value)) return [wrongType("a table", value, path)];
      return Object.entries(value).flatMap(([key, item]) =>
        partial && key.startsWith("$") ? [] : check(shape.element, item, [...path, key], partial),
      );
    case "struct":
      if (!isObject(value)) return [wrongType("a table", value, path)];
      return [...checkStruct(shape, value, path, partial), ...(partial ? [] : missing(shape, value, path))];
  }
}

function checkStruct(
  shape: StructShape,
  value: Readonly<Record<string, Json>>,
  path: Path,
  partial: boolean,
): readonly FieldProblem[] {
  return Object.entries(value).flatMap(([name, item]): readonly FieldProblem[] => {
    if (partial && name.startsWith("$")) return [];
    const field = shape.fields.get(name);
    if (field !== undefined) return check(field.shape, item, [...path, name], partial);
    const known = [...shape.fields.keys()];
    return [{ code: "unknown-field", path: [...path, name], message: `there is no field ${name}`, known }];
  });
}

function missing(shape: StructShape, value: Readonly<Record<string, Json>>, path: Path): readonly FieldProblem[] {
  const lacks = ([name, field]: readonly [string, Field]): boolean =>
    field.required && isZero(field.defaultValue) && (value[name] ?? null) === null;
  return [...shape.fields]
    .filter(lacks)
    .map(([name]) => ({ code: "missing-field", path: [...path, name], message: `${name} must be there` }));
}

/** The documents give every field that is no pointer in Go a default, which then says nothing: its type's zero. */
function isZero(value: Json | undefined): boolean {
  return value === undefined || value === "" || value === 0 || (isObject(value) && Object.keys(value).length === 0);
}

const words: Readonly<Record<ScalarShape["scalar"], string>> = {
  string: "text",
  bytes: "text in base64",
  time: "a time such as 2026-01-31T12:00:00Z",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  quantity: "a quantity such as 250m or 1Gi",
  "int-or-string": "a whole number or text",
};

function isScalar({ scalar }: ScalarShape, value: Json): boolean {
  switch (scalar) {
    case "string":
      return typeof value === "string";
    case "bytes":
      return typeof value === "string" && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
    case "time":
      return typeof value === "string" && !Number.isNaN(Date.parse(value));
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "quantity":
      // https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
      return /^[+-]?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/.test(
        typeof value === "number" ? String(value) : typeof value === "string" ? value : "",
      );
    case "int-or-string":
      return typeof value === "string" || Number.isInteger(value);
  }
}

function wrongType(wanted: string, value: Json, path: Path): FieldProblem {
  const is = Array.isArray(value)
    ? "a list"
    : isObject(value)
      ? "a table"
      : typeof value === "string"
        ? `the text ${JSON.stringify(value.slice(0, 60))}`
        : String(value);
  return { code: "wrong-type", path, message: `${path.at(-1) ?? "it"} takes ${wanted}, this is ${is}` };
}
