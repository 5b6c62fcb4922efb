import type { CliCommand } from "../command.ts";
import { completeLanguage } from "../language.ts";
import { runProgram } from "../program.ts";
import { processShell } from "../terminal/process-shell.ts";
import { version } from "../version.ts";

/** The command line of a script that holds one command and no other: the one that the command line names, see build.mjs. */
export function alone(command: CliCommand): (argv: readonly string[]) => Promise<void> {
  return async (argv) => {
    completeLanguage();
    process.exitCode = await runProgram(argv, processShell(), version, async () => command);
  };
}
