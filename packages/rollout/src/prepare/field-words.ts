import type { KubernetesObject, SecretHider } from "@fairway/objects";
import { withoutDump } from "../cluster/failure.ts";
import { compareWanted } from "../diff/compare-objects.ts";
import type { ClusterError, ClusterErrorField } from "../ports.ts";

/** So many fields are named, the rest is counted. */
const named = 5;
const longestValue = 80;
/** Of variables and files; people put secrets there under any name. */
const ownValues = /\.(?:env\[|data\b|binaryData\b|stringData\b)/;

/**
 * The fields that a refusal is about in a person's words: who has set them and when, what is there, and what the release has.
 * Values that may be secret are `(hidden)`. Undefined where the refusal names no field.
 *
 * @param live what is there now
 */
export function fieldWords(
  error: ClusterError,
  wanted: KubernetesObject,
  live: KubernetesObject | undefined,
  hider: SecretHider,
): string | undefined {
  if (error.fields.length === 0 || live === undefined) return undefined;
  const diffs = compareWanted(live, wanted, hider);
  const lines = error.fields.map((field): string => {
    const path = field.field.startsWith(".") ? field.field : `.${field.field}`;
    const inside = diffs.filter((one) => isWithin(one.path, path));
    const changes = inside.length > 0 ? inside : [{ path, from: undefined, to: undefined }];
    const said = changes.slice(0, named).map((one) => {
      const values =
        one.from === undefined && one.to === undefined
          ? ""
          : `: ${valueText(one.path, one.from)}, the release has ${valueText(one.path, one.to)}`;
      return `${one.path}${owner(field, live)}${values}`;
    });
    const more = changes.length > named ? `, and ${changes.length - named} more fields of it` : "";
    return `${said.join("; ")}${more}${field.manager === undefined ? `: ${withoutDump(field.message)}` : ""}`;
  });
  const rest = lines.length > named ? `; and ${lines.length - named} more` : "";
  return `${lines.slice(0, named).join("; ")}${rest}`;
}

/** `(owned by kubectl, by scale, since 2026-01-01T00:00:00Z)` */
function owner({ manager }: ClusterErrorField, { metadata }: KubernetesObject): string {
  if (manager === undefined) return "";
  const entries = (metadata.managedFields ?? []).filter((entry) => entry.manager === manager);
  // One manager may own the rest by another way; the field's own way is not told.
  const entry = entries.toSorted((a, b) => (a.time ?? "").localeCompare(b.time ?? "")).at(-1);
  const how = entry === undefined ? "" : `, by ${entry.subresource ?? entry.operation.toLowerCase()}`;
  return ` (owned by ${manager}${how}${entry?.time === undefined ? "" : ` at ${entry.time}`})`;
}

function isWithin(path: string, field: string): boolean {
  return path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`);
}

function valueText(path: string, value: unknown): string {
  if (value === undefined) return "nothing";
  if (ownValues.test(path)) return "(hidden)";
  const text = JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}...` : text;
}
