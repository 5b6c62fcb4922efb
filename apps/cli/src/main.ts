import { completeLanguage } from "./language.ts";
import { version } from "./version.ts";

/** Runs the command line of this process. The version is told before anything else is loaded. */
export async function main(argv: readonly string[]): Promise<void> {
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
    process.stdout.write(`${version}\n`);
    return;
  }
  completeLanguage();
  const [{ runProgram }, { processShell }] = await Promise.all([
    import("./program.ts"),
    import("./terminal/process-shell.ts"),
  ]);
  process.exitCode = await runProgram(argv, processShell(), version);
}
