import type { KubernetesObject } from "@fairway/objects";
import type { ObjectPatch } from "@fairway/spec";

/** One thing that a service brings past the fields of app.toml. */
export interface HatchUse {
  readonly what: "patch" | "object";
  readonly kind: string;
  /** Of a patch: `.spec.template.spec.hostAliases`, items of lists as `[]`. */
  readonly field?: string;
}

/** What a service uses of the escape hatch, each field once: a pattern that many patch wants a field of its own. */
export function hatchUses(
  patches: readonly ObjectPatch[],
  extras: readonly Pick<KubernetesObject, "kind">[],
): readonly HatchUse[] {
  const uses: HatchUse[] = [
    ...patches.flatMap(({ kind, change }) =>
      (change.type === "strategic"
        ? fieldsOf(change.merge)
        : change.operations.filter(({ op }) => op !== "test").map(({ path }) => fieldOf(path))
      ).map((field) => ({ what: "patch" as const, kind, field })),
    ),
    ...extras.map(({ kind }) => ({ what: "object" as const, kind })),
  ];
  return [...new Map(uses.map((use) => [JSON.stringify(use), use])).values()];
}

/** Where a strategic merge sets something; names by which items are found are no change. */
function fieldsOf(value: unknown, path = ""): readonly string[] {
  if (Array.isArray(value) && value.every(isRecord) && value.length > 0)
    return value.flatMap(({ name: _, ...item }) => fieldsOf(item, `${path}[]`));
  if (!isRecord(value) || Object.keys(value).length === 0) return [path];
  return Object.entries(value)
    .filter(([key]) => !key.startsWith("$"))
    .flatMap(([key, part]) => fieldsOf(part, `${path}.${key}`));
}

/** A JSON pointer (RFC 6901) as a field. */
function fieldOf(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => (/^(\d+|-)$/.test(step) ? "[]" : `.${step.replaceAll("~1", "/").replaceAll("~0", "~")}`))
    .join("");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
