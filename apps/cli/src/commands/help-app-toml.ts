import { type FieldHelp, fieldHelp } from "@fairway/spec";
import { type Invocation, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Style } from "../terminal/style.ts";
import { padEnd, wrap } from "../terminal/text.ts";

/**
 * Every field of app.toml by its table, a line or two each; with the name of a table or field everything about it: what it
 * takes, its default, an example.
 */
export async function helpAppToml(
  { shell, style, options }: Pick<Invocation, "shell" | "style" | "options">,
  about: string | undefined,
): Promise<number> {
  const fields = fieldHelp();
  const wanted = about === undefined ? fields : fieldsAbout(fields, about);
  const width = Math.min(shell.out.width, 100);
  if (options.json === true) printJson(shell, { fields: wanted });
  else printLines(shell, about === undefined ? overview(fields, style, width) : details(wanted, style, width));
  return exitCode.done;
}

/** `health`, `[health]`, `[[crons]]`, `run.grace`. */
function fieldsAbout(fields: readonly FieldHelp[], about: string): readonly FieldHelp[] {
  const name = about.replace(/^\[{1,2}|\]{1,2}$/g, "");
  const found = fields.filter(({ field }) => field === name || field.startsWith(`${name}.`));
  if (found.length > 0) return found;
  const ending = fields.filter(({ field }) => field.endsWith(`.${name}`));
  if (ending.length > 0) return ending;
  throw new CommandFailure("field-unknown", `app.toml has no table and no field ${JSON.stringify(about)}.`, {
    exitCode: exitCode.usage,
    advice: `all of them: fairway help app.toml; tables: ${tablesOf(fields)
      .map(({ field }) => field)
      .join(", ")}`,
  });
}

function tablesOf(fields: readonly FieldHelp[]): readonly FieldHelp[] {
  return fields.filter(
    ({ field, table }) => table === "" && fields.some((child) => child.field.startsWith(`${field}.`)),
  );
}

function overview(fields: readonly FieldHelp[], style: Style, width: number): readonly string[] {
  const tables = tablesOf(fields);
  // Replicas are a number first, and a table for who needs one.
  const top = fields.filter((one) => one.table === "" && (!tables.includes(one) || !/^a (table|list)/.test(one.needs)));
  const keys = fields.map(({ field }) => field.split(".").at(-1)?.length ?? 0);
  const column = Math.max(...keys) + 4;
  const rows = (some: readonly FieldHelp[]): readonly string[] => some.flatMap((one) => row(one, column, style, width));
  return [
    "app.toml: what a service is, in one flat file. Only name is required.",
    "",
    ...rows(top),
    ...tables.flatMap((table) => {
      const children = fields.filter(
        ({ field }) => field.startsWith(`${table.field}.`) && !field.slice(table.field.length + 1).includes("."),
      );
      const [label = `[${table.field}]`] = children.map((child) => child.table);
      const indent = label.length + 2;
      const about = wrap(table.description, width - indent).map(
        (line, at) => `${at === 0 ? style.strong(padEnd(label, indent)) : " ".repeat(indent)}${style.faint(line)}`,
      );
      return ["", ...about, ...rows(children)];
    }),
    "",
    "More about one, with examples:",
    "  fairway help app.toml health",
    "  fairway help app.toml run.grace",
  ];
}

function row(
  { field, description, required, default: byDefault }: FieldHelp,
  column: number,
  style: Style,
  width: number,
): readonly string[] {
  const key = padEnd(`  ${field.split(".").at(-1) ?? field}`, column);
  const rule = required ? " Required." : byDefault === undefined ? "" : ` Default ${byDefault}.`;
  return wrap(`${description}.${rule}`, Math.max(30, width - column)).map(
    (line, at) => `${at === 0 ? style.accent(key) : " ".repeat(column)}${line}`,
  );
}

function details(fields: readonly FieldHelp[], style: Style, width: number): readonly string[] {
  const lines = fields.flatMap(({ field, description, needs, example, required, default: byDefault }) => {
    const rule = required ? "required" : byDefault === undefined ? "optional" : `default ${byDefault}`;
    return [
      `${style.strong(field)}  ${style.faint(rule)}`,
      ...[`${description}.`, `Must be ${needs}.`].flatMap((text) => wrap(text, width - 4).map((line) => `    ${line}`)),
      ...example.split("\n").map((line) => `    ${style.accent(line)}`),
      "",
    ];
  });
  return lines.slice(0, -1);
}
