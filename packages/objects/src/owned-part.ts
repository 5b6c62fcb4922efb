import type { KubernetesObject, ManagedFieldsEntry } from "./object.ts";

/**
 * Fields that somebody owns, nested as in FieldsV1 of server-side apply: `f:<name>` a field, `k:<JSON>` the item of a list
 * with these keys, `v:<JSON>` a value of a set; nothing below: the whole value. (structured-merge-diff, `fieldpath/serialize-pe.go`)
 */
export interface OwnedFields {
  readonly [step: string]: OwnedFields;
}

/**
 * What a manager owns by server-side apply in any of these versions of an object, by the API's own account
 * (`metadata.managedFields`); undefined when that says nothing of him.
 */
export function fieldsOwnedBy(manager: string, ...versions: readonly KubernetesObject[]): OwnedFields | undefined {
  const entries = versions
    .flatMap((version) => version.metadata.managedFields ?? [])
    .filter((entry) => entry.manager === manager && entry.operation === "Apply" && entry.subresource === undefined);
  const [first, ...others] = entries.map(({ fieldsV1 }) => readFields(fieldsV1));
  return first === undefined ? undefined : others.reduce(union, first);
}

/**
 * The part of a value that lies in these fields: what defaults, webhooks and other managers have set is left out. An item
 * of a list keeps the fields that name it.
 */
export function ownedPart(value: unknown, fields: OwnedFields): unknown {
  const steps = Object.keys(fields).filter((step) => step !== ".");
  if (steps.length === 0) return value;
  if (Array.isArray(value)) return value.flatMap((item: unknown) => ownedItem(item, fields));
  if (!isRecord(value)) return value;
  const owned = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    const below = Object.hasOwn(fields, `f:${key}`) ? fields[`f:${key}`] : undefined;
    return below === undefined ? [] : [[key, ownedPart(inner, below)]];
  });
  return Object.fromEntries(owned);
}

/** The part of an object that one entry of its `managedFields` is about. */
export function ownedPartOf(object: KubernetesObject, { fieldsV1 }: ManagedFieldsEntry): unknown {
  const fields = readFields(fieldsV1);
  return Object.keys(fields).length === 0 ? {} : ownedPart(object, fields);
}

function ownedItem(item: unknown, fields: OwnedFields): readonly unknown[] {
  for (const [step, below] of Object.entries(fields)) {
    const key = parse(step.slice(2));
    if (step.startsWith("v:") && key === item) return [item];
    if (!step.startsWith("k:") || !isRecord(key) || !isRecord(item)) continue;
    if (!Object.entries(key).every(([name, value]) => item[name] === value)) continue;
    const part = ownedPart(item, below);
    // A port is told by its name where it has one, whoever gave it that.
    const named = typeof item["name"] === "string" ? { name: item["name"] } : {};
    return [isRecord(part) ? { ...named, ...key, ...part } : part];
  }
  return [];
}

/** What is owned whole in one and in part in the other is told part by part. */
function union(a: OwnedFields, b: OwnedFields): OwnedFields {
  const merged: Record<string, OwnedFields> = { ...a };
  for (const [step, below] of Object.entries(b)) {
    const known = Object.hasOwn(merged, step) ? merged[step] : undefined;
    merged[step] = known === undefined ? below : union(known, below);
  }
  return merged;
}

function readFields(value: unknown): OwnedFields {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([step, below]) => [step, readFields(below)]));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
