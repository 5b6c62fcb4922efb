import { completeLanguage } from "./language.ts";
import { runProgram } from "./program.ts";
import { processShell } from "./terminal/process-shell.ts";
import { version } from "./version.ts";

/** Runs the command line of this process. */
export async function main(argv: readonly string[]): Promise<void> {
  completeLanguage();
  process.exitCode = await runProgram(argv, processShell(), version);
}
