import { type AppToml, formatIssues, type Issue, notDeliverableYet } from "@fairway/spec";
import { AppFileRefused, parseAppFile } from "../app-file/parse-app-file.ts";
import { type AppFile, readAppFile } from "../app-file/read-app-file.ts";
import { sarifLog } from "../app-file/sarif-log.ts";
import { type CliCommand, examples, type Invocation, printJson } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { styleFor } from "../terminal/style.ts";
import { counted, printable } from "../terminal/text.ts";

const formats = ["text", "json", "sarif"] as const;
type Format = (typeof formats)[number];

interface Checked {
  readonly file: AppFile;
  /** Undefined: the file is not valid. */
  readonly appToml: AppToml | undefined;
  readonly issues: readonly Issue[];
  /** What a valid file asks for that cannot be delivered yet. */
  readonly notes: readonly Issue[];
}

export const validate: CliCommand = {
  define(command) {
    command
      .argument("[paths...]", "folders with an app.toml, files, or - for standard input", ["."])
      .option("--format <format>", `how to say it: ${formats.join(", ")}`, "text")
      .addHelpText(
        "after",
        `${examples("fairway validate", "fairway validate services/*", "fairway validate - < app.toml", "fairway validate --format sarif > fairway.sarif")}

Checks files for all environments that they mention and tells every problem at once. Needs no server. What is valid and
cannot be delivered yet is a note. SARIF 2.1.0 is what code hosts show beside the lines of a change.`,
      );
  },
  async run(invocation) {
    const { shell, options } = invocation;
    const format = formatOf(invocation.own<{ format: string }>().format, options.json === true);
    const checked: Checked[] = [];
    for (const path of invocation.args) checked.push(check(await readAppFile(shell, path)));
    if (format === "sarif")
      printJson(shell, sarifLog(checked.map(({ file, issues, notes }) => ({ file: file.name, issues, notes }))));
    else if (format === "json") printJson(shell, jsonOf(checked));
    else for (const one of checked) print(one, invocation);
    return checked.every(({ appToml }) => appToml !== undefined) ? exitCode.done : exitCode.usage;
  },
};

function formatOf(asked: string, json: boolean): Format {
  if (json && asked !== "sarif") return "json";
  const format = formats.find((one) => one === asked);
  if (format !== undefined) return format;
  throw new CommandFailure("usage", `--format cannot be ${JSON.stringify(asked)}.`, {
    exitCode: exitCode.usage,
    advice: `one of ${formats.join(", ")}`,
  });
}

function check(file: AppFile): Checked {
  try {
    const appToml = parseAppFile(file);
    return { file, appToml, issues: [], notes: notesOf(appToml) };
  } catch (error) {
    if (error instanceof AppFileRefused) return { file, appToml: undefined, issues: error.issues, notes: [] };
    throw error;
  }
}

/** Of all environments, each once. */
function notesOf(appToml: AppToml): readonly Issue[] {
  const notes = new Map<string, Issue>();
  for (const environment of ["", ...appToml.environments.keys()])
    for (const note of notDeliverableYet(appToml, environment)) notes.set(`${note.line}:${note.column}`, note);
  return [...notes.values()];
}

function jsonOf(checked: readonly Checked[]): unknown {
  return {
    valid: checked.every(({ appToml }) => appToml !== undefined),
    files: checked.map(({ file, appToml, issues, notes }) => ({
      file: file.name,
      valid: appToml !== undefined,
      ...(appToml === undefined ? {} : { name: appToml.name, environments: [...appToml.environments.keys()] }),
      issues,
      notes,
    })),
  };
}

function print({ file, appToml, issues, notes }: Checked, { shell, style }: Invocation): void {
  if (appToml === undefined) {
    const color = styleFor(shell.err, shell.environment).bad("x") !== "x";
    shell.err.write(formatIssues(issues, file.text, file.name, { color }));
    return;
  }
  const mentioned = [...appToml.environments.keys()];
  const also = mentioned.length === 0 ? "" : `, with settings of its own for ${mentioned.join(", ")}`;
  shell.out.write(
    `${style.good("✓")} ${printable(file.name)} is valid: service ${style.strong(appToml.name)}${also}\n`,
  );
  if (notes.length === 0) return;
  shell.out.write(`  ${counted(notes.length, "note")}: it cannot be deployed like this yet\n`);
  for (const { line, column, message } of notes) {
    shell.out.write(`  ${style.faint(`${printable(file.name)}:${line}:${column}`)}  ${printable(message)}\n`);
  }
}
