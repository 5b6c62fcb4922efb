import * as z from "zod/mini";
import { appTomlSchema } from "./app-toml.ts";
import { infoOf, unwrapped } from "./field-info.ts";

/** What `fairway help app.toml` says about one field. */
export interface FieldHelp {
  /** `replicas`, `engine.size`, `dependencies.name`, `env.<NAME>`. */
  readonly field: string;
  /** As it is written above the field: `[engine]`, `[[dependencies]]`; empty at the top of the file. */
  readonly table: string;
  readonly description: string;
  /** What it takes, in words: `a whole number from 0 to 1000`. */
  readonly needs: string;
  /** TOML, one or two lines. */
  readonly example: string;
  /** As TOML or in words; undefined when there is none. */
  readonly default: string | undefined;
  readonly required: boolean;
}

/** Every field in the order of the definition. `[envs.<name>]` is one entry: it takes the same fields again. */
export function fieldHelp(): readonly FieldHelp[] {
  return helpOfFile(appTomlSchema);
}

/** The same for another kind of file. */
export function helpOfFile(schema: z.ZodMiniObject): readonly FieldHelp[] {
  return Object.entries(schema.shape).flatMap(([key, schema]) => helpOf(key, "", schema));
}

function helpOf(field: string, table: string, schema: z.core.$ZodType): readonly FieldHelp[] {
  const inner = unwrapped(schema);
  const info = infoOf(inner);
  if (info === undefined) return [];
  const required = !(schema instanceof z.ZodMiniOptional);
  return [{ field, table, ...info, default: info.default, required }, ...childrenOf(field, inner)];
}

function childrenOf(field: string, inner: z.core.$ZodType): readonly FieldHelp[] {
  if (inner instanceof z.ZodMiniObject) return fieldsOf(field, `[${field}]`, inner);
  if (inner instanceof z.ZodMiniArray) {
    const element = unwrapped(inner.def.element);
    return element instanceof z.ZodMiniObject ? fieldsOf(field, `[[${field}]]`, element) : [];
  }
  if (inner instanceof z.ZodMiniUnion) {
    return inner.def.options.flatMap((option) => (option instanceof z.ZodMiniObject ? childrenOf(field, option) : []));
  }
  return [];
}

function fieldsOf(field: string, table: string, schema: z.ZodMiniObject): readonly FieldHelp[] {
  return Object.entries(schema.shape).flatMap(([key, child]) => helpOf(`${field}.${key}`, table, child));
}
