import * as z from "zod/mini";
import { described } from "../../schema/described.ts";
import type { FieldInfo } from "../../schema/field-info.ts";

/** A value, or `false`, which takes away what a layer below says. */
export function orFalse<S extends z.ZodMiniType>(schema: S, info: FieldInfo) {
  return described(z.union([schema, z.literal(false)]), info);
}
