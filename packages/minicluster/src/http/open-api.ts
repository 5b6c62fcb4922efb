import { createHash } from "node:crypto";
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { Kind } from "../registry/kind.ts";
import { kinds } from "../registry/registry.ts";
import { openApiSchemas } from "../schema/shape.ts";

const prefix = "#/components/schemas/";
const scaleSchema = "io.k8s.api.autoscaling.v1.Scale";
const patchTypes = [
  "application/apply-patch+yaml",
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
];

const documents = new Map<string, { text: string; hash: string }>();

/** The groups that have a document: `api/v1`, `apis/apps/v1`. */
function documentNames(): Map<string, Kind[]> {
  const names = new Map<string, Kind[]>();
  for (const kind of kinds) {
    const name = kind.group === "" ? `api/${kind.version}` : `apis/${kind.group}/${kind.version}`;
    const list = names.get(name);
    if (list === undefined) names.set(name, [kind]);
    else list.push(kind);
  }
  return names;
}

/** `/openapi/v3`: where each group's document lies. The hash lets clients keep it. */
export function openApiIndex(): JsonObject {
  const paths: JsonObject = {};
  for (const name of documentNames().keys()) {
    const hash = openApiDocument(name)?.hash ?? "";
    paths[name] = { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` };
  }
  return { paths };
}

/** One group's document, as JSON text: schemas with descriptions, and of the operations what clients look at. */
export function openApiDocument(name: string): { readonly text: string; readonly hash: string } | undefined {
  const made = documents.get(name);
  if (made !== undefined) return made;
  const served = documentNames().get(name);
  if (served === undefined) return undefined;
  const schemas: JsonObject = {};
  const paths: JsonObject = {};
  for (const kind of served) {
    collect(kind.schema, schemas);
    if (kind.subresources.includes("scale")) collect(scaleSchema, schemas);
    Object.assign(paths, pathsOf(kind, `/${name}`));
  }
  const version = "v1.36.3";
  const text = JSON.stringify({
    openapi: "3.0.0",
    info: { title: "Kubernetes", version },
    paths,
    components: { schemas },
  });
  const document = { text, hash: createHash("sha256").update(text).digest("hex").toUpperCase() };
  documents.set(name, document);
  return document;
}

function collect(name: string, into: JsonObject): void {
  if (into[name] !== undefined) return;
  const schema = openApiSchemas()[name];
  if (schema === undefined) return;
  into[name] = schema;
  const visit = (value: Json) => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (isObject(value)) {
      for (const [key, child] of Object.entries(value)) {
        if (key === "$ref" && typeof child === "string") collect(child.replace(prefix, ""), into);
        else visit(child);
      }
    }
  };
  visit(schema);
}

function parameter(name: string, type: string): JsonObject {
  return { name, in: "query", schema: { type, uniqueItems: true } };
}

/** kubectl asks the parameters of `patch` whether the server knows dry runs and field validation. */
const writeParameters = [
  parameter("dryRun", "string"),
  parameter("fieldManager", "string"),
  parameter("fieldValidation", "string"),
];

function pathsOf(kind: Kind, root: string): JsonObject {
  const groupVersionKind = { group: kind.group, kind: kind.kind, version: kind.version };
  const content = { "application/json": { schema: { $ref: `${prefix}${kind.schema}` } } };
  const responses = { "200": { description: "OK", content } };
  const operation = (action: string, extra: JsonObject = {}): JsonObject => ({
    responses,
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": groupVersionKind,
    ...extra,
  });
  const patchContent = Object.fromEntries(patchTypes.map((type) => [type, { schema: { type: "object" } }]));
  const body = { requestBody: { content } };
  const collection = kind.namespaced ? `${root}/namespaces/{namespace}/${kind.resource}` : `${root}/${kind.resource}`;
  const paths: JsonObject = {
    [collection]: {
      get: operation("list"),
      post: operation("post", { ...body, parameters: writeParameters }),
      delete: operation("deletecollection"),
    },
    [`${collection}/{name}`]: {
      get: operation("get"),
      put: operation("put", { ...body, parameters: writeParameters }),
      patch: operation("patch", {
        parameters: [...writeParameters, parameter("force", "boolean")],
        requestBody: { content: patchContent },
      }),
      delete: operation("delete", { parameters: [parameter("dryRun", "string")] }),
    },
  };
  if (kind.namespaced) paths[`${root}/${kind.resource}`] = { get: operation("list") };
  return paths;
}
