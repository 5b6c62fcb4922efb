import * as z from "zod/mini";
import { suggest } from "../check/suggest.ts";
import { appTomlSchema } from "../schema/app-toml.ts";
import { fieldHelp } from "../schema/field-help.ts";
import { fieldAt, keysOf, unwrapped } from "../schema/field-info.ts";

/** Whether app.toml has a field of this name: `engine.version`, `dependencies.timeout` (of any of them), `env.TOKEN`. */
export function isAppField(field: string): boolean {
  const path: string[] = [];
  for (const key of field.split(".")) {
    const here = fieldAt(appTomlSchema, path)?.schema;
    if (here !== undefined && isList(here)) path.push("0");
    path.push(key);
  }
  return path[0] !== "envs" && fieldAt(appTomlSchema, path) !== undefined;
}

/** The fields that somebody probably meant. */
export function suggestAppField(field: string): readonly string[] {
  const known = fieldHelp().map((one) => one.field);
  return suggest(
    field,
    known.filter((one) => !one.startsWith("envs")),
  );
}

function isList(schema: z.core.$ZodType): boolean {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodMiniArray) return true;
  // `[public]` may be one table or several: its keys are found without a position.
  return inner instanceof z.ZodMiniUnion && keysOf(inner).length === 0 && inner.def.options.some(isList);
}
