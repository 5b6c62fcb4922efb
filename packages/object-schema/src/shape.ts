import { isObject, type Json, type JsonObject, listAt, objectAt, textAt } from "./json.ts";

/** How two values of a type are merged, compared and checked; compiled from Kubernetes' OpenAPI. */
export type Shape = ScalarShape | StructShape | MapShape | ListShape | AnyShape;

/** One value that is replaced as a whole. `quantity` and `int-or-string` take strings and numbers. */
export interface ScalarShape {
  readonly type: "scalar";
  readonly scalar: "string" | "bytes" | "time" | "integer" | "number" | "boolean" | "quantity" | "int-or-string";
  /** The Go type that decoding errors name. */
  readonly goType: string;
}

export interface StructShape {
  readonly type: "struct";
  /** Last part of the schema's name, for example `DeploymentSpec`. */
  readonly name: string;
  readonly fields: ReadonlyMap<string, Field>;
  readonly atomic: boolean;
}

export interface Field {
  readonly shape: Shape;
  readonly required: boolean;
  /** Whether an empty string, 0 or false is as if nothing was said; else it is kept. */
  readonly zeroIsAbsent: boolean;
  readonly defaultValue: Json | undefined;
  /** Strategic merge patch: how a list or struct in this field is patched. */
  readonly patchStrategies: readonly string[];
  readonly patchMergeKey: string | undefined;
}

export interface MapShape {
  readonly type: "map";
  readonly element: Shape;
  readonly atomic: boolean;
}

export interface ListShape {
  readonly type: "list";
  readonly element: Shape;
  /** `map`: items are told apart by `keys`; `set`: by their value; `atomic`: replaced as a whole. */
  readonly relation: "map" | "set" | "atomic";
  readonly keys: readonly string[];
}

/** Whatever JSON; replaced as a whole. */
export interface AnyShape {
  readonly type: "any";
}

const any: AnyShape = { type: "any" };

/**
 * Shapes by a schema's full name (`io.k8s.api.apps.v1.Deployment`), each compiled when it is first asked for; it throws for a
 * name that there is not. Shapes may refer to themselves.
 *
 * @param schemas OpenAPI v3 `components.schemas`.
 * @param zeros Fields that Kubernetes leaves out when they are zero, by schema.
 */
export function shapesOf(schemas: JsonObject, zeros: JsonObject = {}): (name: string) => Shape {
  const shapes = new Map<string, Shape>();
  const shapeOf = (name: string): Shape => {
    const known = shapes.get(name);
    if (known !== undefined) return known;
    const schema = objectAt(schemas, name);
    if (schema === undefined) throw new Error(`no schema ${name}`);
    const special = specialShape(name);
    if (special !== undefined) {
      shapes.set(name, special);
      return special;
    }
    const properties = objectAt(schema, "properties");
    if (properties === undefined) {
      const shape = compile(schema, shapeOf);
      shapes.set(name, shape);
      return shape;
    }
    const fields = new Map<string, Field>();
    const shape: StructShape = {
      type: "struct",
      name: name.slice(name.lastIndexOf(".") + 1),
      fields,
      atomic: schema["x-kubernetes-map-type"] === "atomic",
    };
    // Known before its fields are compiled, because some schemas contain themselves.
    shapes.set(name, shape);
    const omitted = listAt(zeros, name);
    fillFields(fields, schema, (field) => omitted.includes(field), shapeOf);
    return shape;
  };
  return shapeOf;
}

type ShapeOf = (name: string) => Shape;

function fillFields(
  into: Map<string, Field>,
  schema: JsonObject,
  zeroIsAbsent: (field: string) => boolean,
  shapeOf: ShapeOf,
): void {
  const required = listAt(schema, "required");
  for (const [field, property] of Object.entries(objectAt(schema, "properties") ?? {})) {
    if (isObject(property)) {
      into.set(field, fieldOf(property, required.includes(field), zeroIsAbsent(field), shapeOf));
    }
  }
}

function specialShape(name: string): Shape | undefined {
  const base = "io.k8s.apimachinery.pkg.";
  if (name === `${base}api.resource.Quantity`) {
    return { type: "scalar", scalar: "quantity", goType: "resource.Quantity" };
  }
  if (name === `${base}util.intstr.IntOrString`) {
    return { type: "scalar", scalar: "int-or-string", goType: "intstr.IntOrString" };
  }
  if (name === `${base}apis.meta.v1.Time`) return { type: "scalar", scalar: "time", goType: "v1.Time" };
  if (name === `${base}apis.meta.v1.MicroTime`) return { type: "scalar", scalar: "time", goType: "v1.MicroTime" };
  if (name === `${base}apis.meta.v1.FieldsV1` || name === `${base}runtime.RawExtension`) return any;
  return undefined;
}

function fieldOf(property: JsonObject, required: boolean, zeroIsAbsent: boolean, shapeOf: ShapeOf): Field {
  return {
    shape: compile(property, shapeOf),
    required,
    zeroIsAbsent,
    defaultValue: property["default"],
    patchStrategies: textAt(property, "x-kubernetes-patch-strategy")
      .split(",")
      .filter((word) => word !== ""),
    patchMergeKey: textAt(property, "x-kubernetes-patch-merge-key") || undefined,
  };
}

function compile(schema: JsonObject, shapeOf: ShapeOf): Shape {
  const reference = textAt(schema, "$ref") || textAt(schema, "allOf", 0, "$ref");
  if (reference !== "") {
    const shape = shapeOf(reference.replace("#/components/schemas/", ""));
    return schema["x-kubernetes-map-type"] === "atomic" && shape.type === "struct" ? { ...shape, atomic: true } : shape;
  }
  if (schema["x-kubernetes-int-or-string"] === true) {
    return { type: "scalar", scalar: "int-or-string", goType: "intstr.IntOrString" };
  }
  switch (schema["type"]) {
    case "string":
      return schema["format"] === "byte"
        ? { type: "scalar", scalar: "bytes", goType: "[]uint8" }
        : { type: "scalar", scalar: "string", goType: "string" };
    case "boolean":
      return { type: "scalar", scalar: "boolean", goType: "bool" };
    case "integer":
      return { type: "scalar", scalar: "integer", goType: textAt(schema, "format") || "int64" };
    case "number":
      return { type: "scalar", scalar: "number", goType: "float64" };
    case "array":
      return listShape(schema, shapeOf);
    case "object": {
      const element = objectAt(schema, "additionalProperties");
      if (element === undefined) return objectAt(schema, "properties") ? inlineStruct(schema, shapeOf) : any;
      return {
        type: "map",
        element: compile(element, shapeOf),
        atomic: schema["x-kubernetes-map-type"] === "atomic",
      };
    }
    default:
      return any;
  }
}

/** As schemas of custom resources have it: a struct without a name of its own. */
function inlineStruct(schema: JsonObject, shapeOf: ShapeOf): StructShape {
  const fields = new Map<string, Field>();
  fillFields(fields, schema, () => false, shapeOf);
  return { type: "struct", name: "", fields, atomic: schema["x-kubernetes-map-type"] === "atomic" };
}

function listShape(schema: JsonObject, shapeOf: ShapeOf): ListShape {
  const items = objectAt(schema, "items");
  const listType = textAt(schema, "x-kubernetes-list-type");
  return {
    type: "list",
    element: items === undefined ? any : compile(items, shapeOf),
    relation: listType === "map" || listType === "set" ? listType : "atomic",
    keys: listAt(schema, "x-kubernetes-list-map-keys").filter((key) => typeof key === "string"),
  };
}
