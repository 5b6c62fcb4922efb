import { fieldHelp } from "@fairway/spec";
import { type Invocation, printJson, printLines } from "../command.ts";
import { exitCode } from "../command-failure.ts";
import { wrap } from "../terminal/text.ts";

/** Every field of app.toml: what it is, what it takes, an example. */
export async function helpAppToml({
  shell,
  style,
  options,
}: Pick<Invocation, "shell" | "style" | "options">): Promise<number> {
  const fields = fieldHelp();
  if (options.json === true) {
    printJson(shell, { fields });
    return exitCode.done;
  }
  const width = Math.min(shell.out.width, 100);
  const lines = ["app.toml: what a service is, in one flat file. Only name is required.", ""];
  for (const { field, description, needs, example, required, default: byDefault } of fields) {
    const rule = required ? "required" : byDefault === undefined ? "optional" : `default ${byDefault}`;
    lines.push(`${style.strong(field)}  ${style.faint(rule)}`);
    for (const line of wrap(`${description}.`, width - 4)) lines.push(`    ${line}`);
    for (const line of wrap(`Must be ${needs}.`, width - 4)) lines.push(`    ${line}`);
    for (const line of example.split("\n")) lines.push(`    ${style.accent(line)}`);
    lines.push("");
  }
  printLines(shell, lines.slice(0, -1));
  return exitCode.done;
}
