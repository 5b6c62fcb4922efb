import { Command, CommanderError } from "commander";
import { type CatalogueEntry, catalogue, groups } from "./catalogue.ts";
import type { CliCommand, GlobalOptions } from "./command.ts";
import { exitCode } from "./command-failure.ts";
import { reportError } from "./report-error.ts";
import type { Shell } from "./terminal/shell.ts";
import { styleFor } from "./terminal/style.ts";

/**
 * Runs one command line. Everything it has to say is said through `shell`.
 *
 * @param argv without the names of Node and of the script
 * @param load gives the command of an entry; by default as the entry says
 * @returns the exit code, see `exitCode`
 */
export async function runProgram(
  argv: readonly string[],
  shell: Shell,
  version: string,
  load: CatalogueEntry["load"] | undefined = undefined,
): Promise<number> {
  const line = plainHelp(argv);
  const words = commandWords(line);
  const json = line.includes("--json");
  try {
    if (words[0] === "help" && words[1] === "app.toml") {
      const { helpAppToml } = await import("./commands/help-app-toml.ts");
      return await helpAppToml({ shell, style: styleFor(shell.out, shell.environment), options: { json } }, words[2]);
    }
    let code: number = exitCode.done;
    const program = programOf(shell, version, json);
    const begins = (path: readonly string[], whole: readonly string[]) => path.every((word, at) => whole[at] === word);
    // `profile` is a command, and `profile set` another one.
    const called = catalogue.findLast(({ path }) => begins(path, words));
    // The others are only of use to the help and to who mistyped one.
    for (const entry of called === undefined ? catalogue : catalogue.filter(({ path }) => begins(called.path, path))) {
      const command = commandAt(program, entry);
      if (entry === called) define(command, await (load ?? entry.load)(), shell, program, (result) => (code = result));
    }
    await program.parseAsync([...line], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCode.done;
      // Without --json Commander has said it already.
      if (json)
        shell.out.write(`${JSON.stringify({ type: "error", code: "usage", message: usageWords(error.message)[0] })}\n`);
      return exitCode.usage;
    }
    return reportError(error, shell, json);
  }
}

function programOf(shell: Shell, version: string, json: boolean): Command {
  const program = new Command("fairway");
  program
    .description("Deploy services to every cluster of an environment, as one transaction.")
    .usage("<command> [options]")
    .option("--env <name>", "environment; may be left out where there is only one")
    .option("--json", "answer for scripts: one JSON value, or one per line where things go on")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "help for a command")
    .helpCommand(false)
    .exitOverride()
    .showHelpAfterError(false)
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => shell.out.write(text),
      writeErr: (text) => shell.err.write(text),
      getOutHelpWidth: () => Math.min(shell.out.width, 100),
      getErrHelpWidth: () => Math.min(shell.err.width, 100),
      outputError: (text, write) => {
        if (json) return;
        const [message, advice] = usageWords(text);
        write(`${message}\n  do       ${advice}\n`);
      },
    })
    .addHelpText(
      "after",
      `
Every field of app.toml: fairway help app.toml
What a cause means and what helps: fairway explain <code>

Examples:
  $ fairway deploy                  the service in this folder
  $ fairway status                  what runs where
  $ fairway logs user -f            its log lines as they come

Exit codes: 0 done, 1 the rollout failed or was refused, or the command could not be done,
2 wrong usage or an app.toml that is not valid, 3 there are changes (fairway diff --exit-code),
130 Ctrl-C (a rollout that has started goes on).`,
    );
  return program;
}

/** Commander's words in ours: what is wrong, and what to do. */
function usageWords(text: string): readonly [message: string, advice: string] {
  const [first = "", ...rest] = text
    .trim()
    .replace(/^error: /, "")
    .replaceAll("'", '"')
    .split("\n");
  const near = /^\(Did you mean (?:one of )?(.*)\?\)$/.exec(rest.join(" "))?.[1];
  const message = `${first.charAt(0).toUpperCase()}${first.slice(1).replace(/\.$/, "")}.`;
  const help = "every command and option: fairway --help, or fairway help <command>";
  return [message, near === undefined ? help : `did you mean ${near}? (fairway --help)`];
}

function commandAt(program: Command, { path, summary }: CatalogueEntry): Command {
  let parent = program;
  for (const word of path.slice(0, -1)) {
    const group = parent.commands.find((command) => command.name() === word);
    parent =
      group ??
      parent
        .command(word)
        .description(groups[word]?.summary ?? "")
        .helpCommand(false)
        .addHelpText("after", groups[word]?.examples ?? "");
  }
  return parent.command(path.at(-1) ?? "").description(summary);
}

function define(
  command: Command,
  definition: CliCommand,
  shell: Shell,
  program: Command,
  done: (code: number) => void,
): void {
  definition.define(command);
  command.action(async () => {
    const given: readonly unknown[] = command.processedArgs;
    done(
      await definition.run({
        shell,
        style: styleFor(shell.out, shell.environment),
        args: given.flat().filter((arg) => typeof arg === "string"),
        options: program.opts<GlobalOptions & Record<string, unknown>>(),
        own: () => command.opts(),
        connect: async () => (await import("./connection/connect.ts")).connect(shell.environment),
      }),
    );
  });
}

/** `fairway`, `fairway help` and `fairway help deploy` are what `--help` says. */
function plainHelp(argv: readonly string[]): readonly string[] {
  if (argv.length === 0) return ["--help"];
  if (argv[0] !== "help" || argv[1] === "app.toml") return argv;
  return [...argv.slice(1), "--help"];
}

/** The words that name the command: neither options nor their values. */
function commandWords(argv: readonly string[]): readonly string[] {
  const words: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? "";
    if (word === "--") break;
    if (word === "--env") at += 1;
    else if (!word.startsWith("-")) words.push(word);
  }
  return words;
}
