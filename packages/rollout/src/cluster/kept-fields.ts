import { isWithin, type KubernetesObject, parseObject, withoutField } from "@fairway/objects";
import { owners } from "./field-owners.ts";

/** On objects of a release: JSON list of the fields that people have left to whoever has set them. */
export const keptAnnotation = "fairway.dev/kept-fields";

/** The object, saying that these fields are left to others. The object itself without any. */
export function withKeptFields<T extends KubernetesObject>(object: T, fields: readonly string[]): T {
  if (fields.length === 0) return object;
  const annotations = { ...object.metadata.annotations, [keptAnnotation]: JSON.stringify(fields.toSorted()) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** The fields that are left to others. */
export function keptFields({ metadata }: KubernetesObject): readonly string[] {
  const text = metadata.annotations?.[keptAnnotation];
  if (text === undefined) return [];
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/**
 * What is applied over the live object: without the fields that are left to others, as far as others have them there. A
 * field that nobody has taken is set, so that an object that is made anew is a whole one.
 */
export function yielding(object: KubernetesObject, live: KubernetesObject | undefined): KubernetesObject {
  const kept = live === undefined ? [] : keptFields(object);
  if (live === undefined || kept.length === 0) return object;
  const taken = owners(live).flatMap(({ paths }) => paths);
  const left = kept.filter((field) => taken.some((path) => isWithin(path, field) || isWithin(field, path)));
  const parsed = parseObject(left.reduce<unknown>(withoutField, object));
  return parsed.ok ? parsed.object : object;
}

export function isKept(object: KubernetesObject, path: string): boolean {
  return keptFields(object).some((field) => isWithin(path, field));
}
