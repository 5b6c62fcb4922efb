import * as z from "zod/mini";
import { readToml } from "../toml/read-toml.ts";
import { nodeAt, plainValue } from "../toml/tree.ts";
import { appTomlSchema } from "./app-toml.ts";
import { type FieldInfo, infoOf } from "./field-info.ts";

/**
 * app.toml as JSON Schema (draft 7, which the TOML tools of editors read): shape, limits, descriptions, defaults and examples,
 * from the same definition as the checks. What only `parseAppToml` checks (rules between fields, formats such as cron
 * schedules) is not in it.
 */
export function appTomlJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(appTomlSchema, {
    target: "draft-7",
    io: "input",
    override({ zodSchema, jsonSchema }) {
      // JavaScript's short way to write a NUL is none of other languages'.
      if (jsonSchema.pattern !== undefined) jsonSchema.pattern = jsonSchema.pattern.replaceAll("\\0", "\\u0000");
      const info = infoOf(zodSchema);
      if (info !== undefined) Object.assign(jsonSchema, annotations(info, jsonSchema));
    },
  });
  return { $schema, title: "Fairway app.toml", ...schema };
}

function annotations(info: FieldInfo, schema: z.core.JSONSchema.BaseSchema): Readonly<Record<string, unknown>> {
  const byDefault = info.default === undefined ? undefined : onlyValue(`x = ${info.default}`);
  const inWords = info.default === undefined || byDefault !== undefined ? "" : ` Default: ${info.default}.`;
  const example = onlyValue(info.example);
  // The example of one table of a list is that of the list.
  const one = Array.isArray(example) && schema.type === "object" ? example[0] : example;
  return {
    description: `${info.description}.${inWords}`,
    ...(byDefault === undefined ? {} : { default: byDefault }),
    ...(one === undefined ? {} : { examples: [one] }),
    ...(info.pattern === undefined ? {} : withPattern(schema, info.pattern)),
  };
}

/** Of a union, the pattern is its text's. */
function withPattern(schema: z.core.JSONSchema.BaseSchema, pattern: string): Readonly<Record<string, unknown>> {
  if (schema.type === "string") return { pattern };
  return { anyOf: schema.anyOf?.map((option) => (option.type === "string" ? { ...option, pattern } : option)) };
}

/** What the only setting of a TOML text is set to; undefined for words and for several settings. */
function onlyValue(toml: string): unknown {
  const read = readToml(toml);
  if (!read.ok || read.root.entries.size !== 1) return undefined;
  const [key = ""] = read.root.entries.keys();
  const node = nodeAt(read.root, [key])?.node;
  return node === undefined ? undefined : plainValue(node, ({ value }) => value);
}
