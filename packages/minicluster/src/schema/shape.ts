import { readFileSync } from "node:fs";
import { type Shape, shapesOf } from "@fairway/object-schema";
import { isObject, type JsonObject } from "../json.ts";

export type { Field, ListShape, MapShape, Shape, StructShape } from "@fairway/object-schema";

let loaded: JsonObject | undefined;

/** Kubernetes' schemas by full name, OpenAPI v3, as generated; read once. */
export function openApiSchemas(): JsonObject {
  loaded ??= readGenerated("kubernetes-schema.json", "schemas");
  return loaded;
}

let compiled: ((name: string) => Shape) | undefined;

/** The shape of a schema by its full name (`io.k8s.api.apps.v1.Deployment`). Shapes may refer to themselves. */
export function shapeOf(name: string): Shape {
  compiled ??= shapesOf(openApiSchemas(), readGenerated("kubernetes-zeros.json", "zeros"));
  return compiled(name);
}

function readGenerated(name: string, field: string): JsonObject {
  const file: unknown = JSON.parse(readFileSync(new URL(`../generated/${name}`, import.meta.url), "utf8"));
  return isObject(file) && isObject(file[field]) ? file[field] : {};
}
