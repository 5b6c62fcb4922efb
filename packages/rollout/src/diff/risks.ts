import { changedFields, type KubernetesObject, parseQuantity } from "@fairway/objects";
import type { FieldDiff, Risk } from "./cluster-diff.ts";

/** Kinds that make pods of a template, and make them anew when it changes. */
const rolling = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** What may shrink, and what it is called. */
const sizes: readonly (readonly [path: RegExp, what: string])[] = [
  [/^\.spec\.replicas$/, "replicas"],
  [/^\.spec\.maxReplicas$/, "most replicas"],
  [/^\.spec\.minReplicas$/, "least replicas"],
  [/\.resources\.(requests|limits)\.(cpu|memory|ephemeral-storage)$/, ""],
  [/\.resources\.(requests|limits)\["(.*)"\]$/, ""],
  [/^\.spec\.hard(?:\.(.*)|\["(.*)"\])$/, "quota"],
  [/^\.spec\.limits\[\d+\]\.max(?:\.(.*)|\["(.*)"\])$/, "largest"],
];

/**
 * What the changed fields of an object do to who uses it. The reason of a restart is told by the first field of the pods
 * that changes, if it is not only that they belong to another release.
 */
export function risksOf(live: KubernetesObject, next: KubernetesObject, fields: readonly FieldDiff[]): readonly Risk[] {
  return [...restart(live, next, fields), ...fields.flatMap(shrink)];
}

function restart(live: KubernetesObject, next: KubernetesObject, fields: readonly FieldDiff[]): readonly Risk[] {
  if (!rolling.has(next.kind)) return [];
  const [before, after] = [specOf(live), specOf(next)];
  if (before["replicas"] === 0) return [];
  if (changedFields(before["template"], after["template"]).length === 0) return [];
  const first = fields.find(({ path }) => path.startsWith(".spec.template"));
  const why = first === undefined ? "its pods belong to another release" : "its pods are made by another template";
  return [{ code: "restart", why, ...(first === undefined ? {} : { path: first.path }) }];
}

function shrink({ path, from, to }: FieldDiff): readonly Risk[] {
  const [before, after] = [amount(from), amount(to)];
  if (before === undefined || after === undefined || after >= before) return [];
  for (const [pattern, what] of sizes) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const [, first, second] = match;
    const words = what === "" ? [second, first?.replace(/s$/, "")] : [what, first ?? second];
    return [{ code: "shrink", why: `${words.filter(Boolean).join(" ")} ${from} -> ${to}`, path }];
  }
  return [];
}

function amount(value: unknown): number | undefined {
  return typeof value === "number" || typeof value === "string" ? parseQuantity(value) : undefined;
}

function specOf(object: KubernetesObject): Readonly<Record<string, unknown>> {
  const spec = object["spec"];
  return typeof spec === "object" && spec !== null && !Array.isArray(spec) ? { ...spec } : {};
}
