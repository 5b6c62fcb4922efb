import { stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { type DraftFinding, draftAppToml } from "@fairway/intake";
import { notDeliverableYet, parseAppToml } from "@fairway/spec";
import { type CliCommand, examples, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { readFolder } from "../folder/read-folder.ts";
import type { Style } from "../terminal/style.ts";
import { cut, padEnd, printable } from "../terminal/text.ts";

export const init: CliCommand = {
  define(command) {
    command
      .argument("[dir]", "folder of the service; - prints instead of writing, for this folder", ".")
      .option("--force", "write over an app.toml that is there")
      .option("--stdout", "print the app.toml and write nothing")
      .addHelpText(
        "after",
        `${examples("fairway init", "fairway init services/user --stdout", "fairway init --json | jq '.found[].field'")}

Looks at what lies in the folder (package.json, go.mod, composer.json, requirements.txt, Dockerfile, compose file,
Procfile, .env.example, the source itself) and writes an app.toml: what was found, each line with its reason, and what is
open as comments. It is always valid. No server needed; nothing leaves the folder.`,
      );
  },
  async run({ shell, style, args, options, own }) {
    const where = args[0] ?? ".";
    const { force, stdout } = own<{ force?: boolean; stdout?: boolean }>();
    const { folder, facts } = await readFolder(shell, where === "-" ? "." : where);
    const draft = draftAppToml(facts);
    if (draft.kind === "folders") {
      if (options.json === true) {
        printJson(shell, { file: null, service: null, found: [], services: draft.services, text: null });
        return exitCode.usage;
      }
      throw new CommandFailure("no-service", "This folder starts nothing itself; it holds what looks like services:", {
        exitCode: exitCode.usage,
        lines: draft.services.map(
          ({ path, reason }) => `  ${padEnd(printable(path), 24)}  ${style.faint(printable(reason))}`,
        ),
        advice: `fairway init ${placeOf(where, draft.services[0]?.path ?? "")}`,
      });
    }
    const print = stdout === true || where === "-";
    const path = join(folder, "app.toml");
    const name = relative(shell.folder, path);
    if (!print && force !== true && (await exists(path)))
      throw new CommandFailure("app-toml-exists", `There is an app.toml already: ${name}.`, {
        exitCode: exitCode.usage,
        advice: "look at what it would be: fairway init --stdout; write over it: fairway init --force",
      });
    if (!print) await writeFile(path, draft.text, { flag: force === true ? "w" : "wx" });
    if (options.json === true) {
      const { found, services, text } = draft;
      printJson(shell, { file: print ? null : name, service: draft.name, found, services, text });
    } else if (print) shell.out.write(draft.text);
    else {
      printLines(shell, [
        `${style.good("✓")} wrote ${style.strong(name)} for ${style.strong(draft.name)}`,
        ...foundLines(draft.found, shell.out.width, style),
        ...draft.services.map(
          ({ path: below }) => `  ${style.doubtful("!")} ${printable(below)} looks like a service too`,
        ),
        ...undeliverable(draft.text).map((message) => `  ${style.doubtful("!")} ${printable(message)}`),
        "",
        `Next: read it, then ${style.accent(command("check", where))} and ${style.accent(command("deploy", where))}`,
      ]);
    }
    return exitCode.done;
  },
};

/** What deploy would refuse for now. */
function undeliverable(text: string): readonly string[] {
  const parsed = parseAppToml(text);
  return parsed.ok ? notDeliverableYet(parsed.value, "prod").map(({ message }) => message) : [];
}

function foundLines(found: readonly DraftFinding[], width: number, style: Style): readonly string[] {
  const field = Math.max(...found.map((one) => one.field.length));
  const texts = found.map(({ value }) => cut(printable(typeof value === "string" ? value : JSON.stringify(value)), 32));
  const value = Math.max(...texts.map((text) => text.length));
  return found.map((one, at) =>
    cut(
      `  ${padEnd(one.field, field)}  ${padEnd(texts[at] ?? "", value)}  ${style.faint(printable(one.reason))}`,
      width,
    ),
  );
}

function placeOf(where: string, below: string): string {
  return where === "." || where === "-" ? below : `${where.replace(/\/$/, "")}/${below}`;
}

function command(name: string, where: string): string {
  return `fairway ${name}${where === "." ? "" : ` ${where}`}`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
