import * as z from "zod/mini";

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
  if (schema instanceof z.ZodMiniOptional) return unwrapped(schema.def.innerType);
  if (schema instanceof z.ZodMiniLazy) return unwrapped(schema._zod.innerType);
  if (schema instanceof z.ZodMiniPipe) return unwrapped(schema.def.in);
  return schema;
}

function stepInto(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType | undefined {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodMiniObject) return Object.hasOwn(inner.shape, step) ? inner.shape[String(step)] : undefined;
  if (inner instanceof z.ZodMiniArray) return inner.def.element;
  if (inner instanceof z.ZodMiniRecord) return inner.def.valueType;
  if (inner instanceof z.ZodMiniUnion) {
    for (const option of inner.def.options) {
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
  if (inner instanceof z.ZodMiniObject) return Object.keys(inner.shape);
  if (inner instanceof z.ZodMiniUnion) return inner.def.options.flatMap(keysOf);
  return [];
}
