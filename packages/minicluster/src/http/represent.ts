import { isObject, type Json, type JsonObject } from "../json.ts";
import { apiVersionOf, type Kind } from "../registry/kind.ts";
import type { Representation } from "./content-negotiation.ts";

/** One page of a list. */
export interface Page {
  readonly objects: readonly JsonObject[];
  readonly resourceVersion: string;
  readonly continueToken: string;
  readonly remaining: number | undefined;
}

/** What a table's rows carry beside their cells, as the parameter `includeObject` says. */
export type IncludeObject = "None" | "Metadata" | "Object";

function listMetadata(page: Page): JsonObject {
  const metadata: JsonObject = { resourceVersion: page.resourceVersion };
  if (page.continueToken !== "") metadata["continue"] = page.continueToken;
  if (page.remaining !== undefined && page.remaining > 0) metadata["remainingItemCount"] = page.remaining;
  return metadata;
}

/** The metadata of an object and nothing else. */
function partial(object: JsonObject): JsonObject {
  return {
    kind: "PartialObjectMetadata",
    apiVersion: "meta.k8s.io/v1",
    metadata: isObject(object["metadata"]) ? object["metadata"] : {},
  };
}

/** A list as the client wants it. */
export function representList(
  kind: Kind,
  page: Page,
  how: Representation,
  include: IncludeObject,
  now: number,
): JsonObject {
  switch (how.as) {
    case "table":
      return table(kind, page.objects, listMetadata(page), include, now);
    case "metadata":
    case "metadata list":
      return {
        kind: "PartialObjectMetadataList",
        apiVersion: "meta.k8s.io/v1",
        metadata: listMetadata(page),
        items: page.objects.map(partial),
      };
    case "object":
      return {
        kind: `${kind.kind}List`,
        apiVersion: apiVersionOf(kind),
        metadata: listMetadata(page),
        // Items of a typed list do not repeat what they are.
        items: page.objects.map(({ apiVersion: _a, kind: _k, ...rest }): Json => rest),
      };
  }
}

/** An object as the client wants it. */
export function representObject(
  kind: Kind,
  object: JsonObject,
  how: Representation,
  include: IncludeObject,
  now: number,
): JsonObject {
  if (how.as === "object") return object;
  if (how.as === "metadata" || how.as === "metadata list") return partial(object);
  const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
  return table(kind, [object], { resourceVersion: metadata["resourceVersion"] ?? "" }, include, now);
}

/** Rows and columns for `kubectl get`. */
function table(
  kind: Kind,
  objects: readonly JsonObject[],
  metadata: JsonObject,
  include: IncludeObject,
  now: number,
): JsonObject {
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: kind.columns.map((column) => ({
      name: column.name,
      type: column.type,
      format: column.name === "Name" ? "name" : "",
      description: column.description,
      priority: column.priority,
    })),
    rows: objects.map((object) => {
      const row: JsonObject = { cells: kind.columns.map((column) => column.cell(object, now)) };
      if (include === "Object") row["object"] = object;
      else row["object"] = include === "Metadata" ? partial(object) : null;
      return row;
    }),
  };
}
