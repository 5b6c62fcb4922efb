import type { KubernetesObject } from "./object.ts";

/** Why a value is not a Kubernetes object. */
export interface ObjectIssue {
  /** JSON path of the offending field, for example `.metadata.labels["a"]`; empty for the value itself. */
  readonly path: string;
  readonly message: string;
}

export type ParsedObject =
  | { readonly ok: true; readonly object: KubernetesObject }
  | { readonly ok: false; readonly issue: ObjectIssue };

/**
 * Takes a decoded JSON value for a Kubernetes object when it has what every object has: apiVersion, kind, a name, and
 * string maps for labels and annotations. `defaults` supplies apiVersion and kind where a list's items leave them out.
 */
export function parseObject(
  value: unknown,
  defaults: { readonly apiVersion?: string; readonly kind?: string } = {},
): ParsedObject {
  if (!isRecord(value)) return refuse("", `an object is needed, this is ${describe(value)}`);
  const candidate: Record<string, unknown> = { ...defaults, ...value };
  const { apiVersion, kind, metadata } = candidate;
  if (!isName(apiVersion)) return refuse(".apiVersion", `a string is needed, this is ${describe(apiVersion)}`);
  if (!isName(kind)) return refuse(".kind", `a string is needed, this is ${describe(kind)}`);
  if (!isRecord(metadata)) return refuse(".metadata", `an object is needed, this is ${describe(metadata)}`);
  if (!isName(metadata["name"])) {
    return refuse(".metadata.name", `a name is needed, this is ${describe(metadata["name"])}`);
  }
  for (const field of ["namespace", "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp"]) {
    const found = metadata[field];
    if (found !== undefined && typeof found !== "string") {
      return refuse(`.metadata.${field}`, `a string is needed, this is ${describe(found)}`);
    }
  }
  for (const field of ["labels", "annotations"]) {
    const found = metadata[field];
    if (found === undefined) continue;
    if (!isRecord(found)) return refuse(`.metadata.${field}`, `an object is needed, this is ${describe(found)}`);
    for (const [key, text] of Object.entries(found)) {
      if (typeof text !== "string") {
        return refuse(`.metadata.${field}[${JSON.stringify(key)}]`, `a string is needed, this is ${describe(text)}`);
      }
    }
  }
  for (const field of ["ownerReferences", "finalizers", "managedFields"]) {
    const found = metadata[field];
    if (found !== undefined && !Array.isArray(found)) {
      return refuse(`.metadata.${field}`, `a list is needed, this is ${describe(found)}`);
    }
  }
  return { ok: true, object: { ...candidate, apiVersion, kind, metadata: { ...metadata, name: metadata["name"] } } };
}

function refuse(path: string, message: string): ParsedObject {
  return { ok: false, issue: { path, message } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === "") return "empty";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
