import { z } from "zod";

/** What people are told about one field. */
export interface FieldInfo {
  readonly description: string;
  /** Completes "must be". */
  readonly needs: string;
  /** One line of TOML. */
  readonly example: string;
  /** As TOML, or in words. */
  readonly default?: string;
  /** Regular expression of its text, for editors; the checks may want more. */
  readonly pattern?: string;
}

/** The information of each field, kept at its schema. */
export const fieldInfo = z.registry<FieldInfo>();

/** The schema inside of optional, transformed and similar wrappers. */
export function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional) return unwrapped(schema.unwrap());
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  return schema;
}

function stepInto(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType | undefined {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodObject) return Object.hasOwn(inner.shape, step) ? inner.shape[String(step)] : undefined;
  if (inner instanceof z.ZodArray) return inner.element;
  if (inner instanceof z.ZodRecord) return inner.valueType;
  if (inner instanceof z.ZodUnion) {
    for (const option of inner.options) {
      const found = stepInto(option, step);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The schema at a path and the information nearest to it; undefined when the path leads nowhere. */
export function fieldAt(
  root: z.core.$ZodType,
  path: readonly PropertyKey[],
): { readonly schema: z.core.$ZodType; readonly info: FieldInfo | undefined } | undefined {
  let schema = unwrapped(root);
  let info = infoOf(schema);
  for (const step of path) {
    const next = stepInto(schema, step);
    if (next === undefined) return undefined;
    schema = unwrapped(next);
    info = infoOf(schema) ?? info;
  }
  return { schema, info };
}

export function infoOf(schema: z.core.$ZodType): FieldInfo | undefined {
  return fieldInfo.get(schema);
}

/** The keys that a table knows; empty for what is no table. */
export function keysOf(schema: z.core.$ZodType): readonly string[] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodObject) return Object.keys(inner.shape);
  if (inner instanceof z.ZodUnion) return inner.options.flatMap(keysOf);
  return [];
}
