import * as z from "zod/mini";
import { type FieldInfo, fieldAt, keysOf, unwrapped } from "../schema/field-info.ts";
import type { Issue } from "../service-spec.ts";
import type { Range } from "../toml/source.ts";
import { nodeAt, type TomlNode, type TomlTable } from "../toml/tree.ts";
import { anyOf, quote } from "./quote.ts";
import { suggest } from "./suggest.ts";

type Path = readonly PropertyKey[];

/** An issue before its range became a line and a column. */
export interface RangedIssue extends Pick<Issue, "code" | "message" | "hint"> {
  readonly range: Range;
}

/** A kind of TOML file: its schema, whose fields carry `fieldInfo`, and what else there is to say about its keys. */
export interface FileDefinition {
  readonly schema: z.core.$ZodType;
  /** Says about an unknown key what the schema cannot; undefined: nothing special. */
  readonly specialKey?: (path: Path) => Pick<Issue, "code" | "message" | "hint"> | undefined;
}

/**
 * What zod found, in words for people and with its place in the file.
 *
 * @param root The file, or the part of it that `found` is about; paths of `found` and of the definition begin here.
 */
export function shapeIssues(
  definition: FileDefinition,
  root: TomlTable,
  found: readonly z.core.$ZodIssue[],
): readonly RangedIssue[] {
  return found.flatMap((issue) => shapeIssue(definition, root, issue, issue.path));
}

function shapeIssue(
  definition: FileDefinition,
  root: TomlTable,
  issue: z.core.$ZodIssue,
  path: Path,
): readonly RangedIssue[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(definition, root, [...path, key]));
  }
  if (issue.code === "invalid_key") return [badKey(definition, root, path)];
  if (issue.code === "invalid_union") {
    // The option whose type fits tells more than "none of them fits".
    const fitting = issue.errors.find(
      (option) => !option.some((inner) => inner.path.length === 0 && inner.code === "invalid_type"),
    );
    if (fitting) return fitting.flatMap((inner) => shapeIssue(definition, root, inner, [...path, ...inner.path]));
  }
  const at = nodeAt(root, path);
  if (at === undefined) return missing(definition, root, path);
  return [badValue(definition, at.node, path, issue)];
}

function unknownKey(definition: FileDefinition, root: TomlTable, path: Path): RangedIssue {
  const range = nodeAt(root, path)?.key ?? [0, 0];
  const special = definition.specialKey?.(path);
  if (special !== undefined) return { ...special, range };
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  const where = parent.length === 0 ? "" : ` in ${tableLabel(parent)}`;
  const known = knownKeys(definition, parent);
  const near = suggest(key, known);
  const hint =
    near.length > 0 ? `did you mean ${anyOf(near)}?` : (homeOf(definition, key) ?? `known here: ${known.join(", ")}`);
  return { code: "unknown-key", message: `unknown key ${quote(key)}${where}`, range, hint };
}

/** Where a key belongs that stands in the wrong table; TOML makes that easy: every key after a header is in its table. */
function homeOf({ schema }: FileDefinition, key: string): string | undefined {
  const top = keysOf(schema);
  if (top.includes(key)) return `"${key}" belongs at the top, before the first [table]`;
  const tables = top.filter((one) => keysOf(fieldAt(schema, [one])?.schema ?? z.never()).includes(key));
  const last = tables.at(-1);
  if (last === undefined) return undefined;
  const before = tables.slice(0, -1).map((one) => `[${one}]`);
  return `"${key}" belongs in ${before.join(", ")}${before.length === 0 ? "" : " or "}[${last}]`;
}

function badKey({ schema }: FileDefinition, root: TomlTable, path: Path): RangedIssue {
  const record = unwrapped(fieldAt(schema, path.slice(0, -1))?.schema ?? z.never());
  const info = record instanceof z.ZodMiniRecord ? fieldAt(record.def.keyType, [])?.info : undefined;
  return {
    code: "bad-value",
    message: `${quote(String(path.at(-1)))} is not ${info?.needs ?? "a name"}`,
    range: nodeAt(root, path)?.key ?? [0, 0],
    ...exampleHint(info),
  };
}

function missing(definition: FileDefinition, root: TomlTable, path: Path): readonly RangedIssue[] {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  const table = nodeAt(root, parent)?.node;
  const known = knownKeys(definition, parent);
  const there = table?.type === "table" ? [...table.entries.keys()] : [];
  // A misspelled key is also missing; saying so twice would only be noise.
  if (there.some((one) => !known.includes(one) && suggest(one, known).includes(key))) return [];
  const info = fieldAt(definition.schema, path)?.info;
  const where = parent.length === 0 ? "" : ` in ${tableLabel(parent)}`;
  return [
    {
      code: "missing",
      message: `"${key}" is missing${where}`,
      range: table?.range ?? [0, 0],
      ...(info === undefined ? {} : { hint: `add a line: ${info.example}` }),
    },
  ];
}

function knownKeys({ schema }: FileDefinition, table: Path): readonly string[] {
  return keysOf(fieldAt(schema, table)?.schema ?? schema);
}

function badValue({ schema }: FileDefinition, node: TomlNode, path: Path, issue: z.core.$ZodIssue): RangedIssue {
  const field = fieldAt(schema, path);
  const info = field?.info;
  const wrongType = issue.code === "invalid_type" || issue.code === "invalid_union";
  if (issue.code === "too_big" && node.type === "list") {
    return {
      code: "too-many",
      message: `${label(path)} has ${node.items.length} items`,
      range: node.range,
      hint: `at most ${issue.maximum} may stand here`,
    };
  }
  const message = `${label(path)} must be ${info?.needs ?? "something else"}, found ${describe(node)}`;
  // A format's own words tell more than an example.
  if (issue.code === "custom" && issue.message !== "Invalid input") {
    return { code: "bad-value", message, range: partOf(node, issue.params?.["at"]), hint: issue.message };
  }
  return {
    code: wrongType || (issue.code === "invalid_value" && node.type !== "text") ? "wrong-type" : "bad-value",
    message,
    range: node.range,
    ...valueHint(node, path, issue, field?.schema, info),
  };
}

/** The part of a text that a format complains about, where the text stands as it is, without escapes. */
function partOf(node: TomlNode, at: unknown): Range {
  const [start, end] = Array.isArray(at) ? at.map(Number) : [];
  const [from, to] = node.range;
  const asItIs = node.type === "text" && node.text.length === to - from - 2;
  return asItIs && start !== undefined && end !== undefined ? [from + 1 + start, from + 1 + end] : node.range;
}

function valueHint(
  node: TomlNode,
  path: Path,
  issue: z.core.$ZodIssue,
  schema: z.core.$ZodType | undefined,
  info: FieldInfo | undefined,
): { readonly hint?: string } {
  const key = String(path.at(-1));
  if (issue.code === "invalid_value" && node.type === "text") {
    const near = suggest(node.text, issue.values.map(String));
    if (near.length > 0) return { hint: `did you mean ${anyOf(near)}?` };
  }
  const expected = expectedTypes(issue);
  if (expected.length > 0) {
    if (expected.includes("string") && node.type !== "text" && node.type !== "list" && node.type !== "table") {
      // In quotes it may still be wrong: memory = 512 is no "512" either.
      const quoted = schema instanceof z.ZodMiniString ? z.safeParse(schema, node.text).error?.issues[0] : undefined;
      if (quoted?.code === "custom") return { hint: quoted.message };
      return { hint: `write it in quotes: ${key} = ${quote(node.text)}` };
    }
    if (
      (expected.includes("number") || expected.includes("int")) &&
      node.type === "text" &&
      /^\d{1,9}$/.test(node.text)
    ) {
      return { hint: `write it without quotes: ${key} = ${node.text}` };
    }
    const [setting] = info?.example.split("\n").slice(1) ?? [];
    if (
      (schema instanceof z.ZodMiniObject || schema instanceof z.ZodMiniRecord) &&
      node.type !== "list" &&
      setting !== undefined
    )
      return { hint: `write it as a table: ${key} = { ${setting} }` };
    if (schema instanceof z.ZodMiniArray && node.type === "table")
      return { hint: `write two pairs of brackets: [[${key}]]` };
    if (
      node.type === "list" &&
      node.items.every((item) => item.type === "table") &&
      (schema instanceof z.ZodMiniObject || schema instanceof z.ZodMiniRecord)
    ) {
      return { hint: `write one pair of brackets: [${path.join(".")}]` };
    }
  }
  return exampleHint(info);
}

/** What zod would have taken here: one type, or those of a union's options. */
function expectedTypes(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === "invalid_type") return [issue.expected];
  if (issue.code !== "invalid_union") return [];
  return issue.errors.flatMap((option) => option.filter(({ path }) => path.length === 0).flatMap(expectedTypes));
}

function exampleHint(info: FieldInfo | undefined): { readonly hint?: string } {
  if (info === undefined) return {};
  const [header = "", ...settings] = info.example.split("\n");
  return {
    hint: settings.length === 0 ? `for example: ${header}` : `for example, under ${header}: ${settings.join(", ")}`,
  };
}

function describe(node: TomlNode): string {
  switch (node.type) {
    case "table":
      return "a table";
    case "list":
      return node.items.length === 0 ? "an empty list" : "a list";
    case "text":
      return node.text === "" ? "empty text" : `the text ${quote(node.text)}`;
    case "boolean":
      return node.text;
    case "date":
      return `the date ${node.text}`;
    default:
      return `the number ${node.text.slice(0, 40)}`;
  }
}

function label(path: Path): string {
  return path.filter((step) => typeof step === "string").join(".");
}

function tableLabel(path: Path): string {
  return typeof path.at(-1) === "number" ? `[[${label(path)}]]` : `[${label(path)}]`;
}
