import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { formatToml } from "@fairway/spec";
import { AppFileRefused } from "../app-file/parse-app-file.ts";
import { type AppFile, readAppFile } from "../app-file/read-app-file.ts";
import { type CliCommand, examples, printJson } from "../command.ts";
import { exitCode } from "../command-failure.ts";
import { counted, printable } from "../terminal/text.ts";

export const fmt: CliCommand = {
  define(command) {
    command
      .argument("[paths...]", "folders with an app.toml, files, or - for standard input", ["."])
      .option("--check", "change nothing; exit code 3 when a file is not formatted")
      .addHelpText(
        "after",
        `${examples("fairway fmt", "fairway fmt services/*", "fairway fmt --check", "fairway fmt - < app.toml")}

Writes files evenly: spaces, blank lines, lists. Comments, order and values stay; the meaning never changes. What comes by
standard input goes to standard output.`,
      );
  },
  async run(invocation) {
    const { shell, style, args, options } = invocation;
    const check = invocation.own<{ check?: boolean }>().check === true;
    const json = options.json === true;
    const files: { readonly file: string; readonly changed: boolean }[] = [];
    for (const path of args) {
      const file = await readAppFile(shell, path);
      const text = format(file);
      const changed = text !== file.text;
      files.push({ file: file.name, changed });
      if (path === "-" && !check && !json) shell.out.write(text);
      else if (path !== "-" && changed && !check) await writeFile(resolve(shell.folder, file.name), text);
    }
    const changed = files.filter((one) => one.changed);
    const word = check ? "is not formatted" : "is formatted now";
    if (json) printJson(shell, { files });
    else if (check || !args.includes("-")) {
      for (const { file } of changed)
        shell.out.write(`${check ? style.bad("✗") : style.good("✓")} ${printable(file)} ${word}\n`);
      if (changed.length === 0) {
        const all =
          files.length === 1 ? `${printable(files[0]?.file ?? "")} is` : `${counted(files.length, "file")} are`;
        shell.out.write(`${style.good("✓")} ${all} formatted already\n`);
      }
    }
    return check && changed.length > 0 ? exitCode.different : exitCode.done;
  },
};

/** @throws AppFileRefused when it is no TOML */
function format(file: AppFile): string {
  const formatted = formatToml(file.text);
  if (formatted.ok) return formatted.text;
  throw new AppFileRefused(file, formatted.issues, { code: "app-toml-not-valid", exitCode: exitCode.usage });
}
