import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Shell } from "./shell.ts";

/** Lets a person type the name again before something is gone; where nobody can be asked, `--yes` must have been given. */
export async function confirmName(
  shell: Shell,
  { what, name, yes }: { readonly what: string; readonly name: string; readonly yes: boolean },
): Promise<void> {
  if (yes) return;
  if (!shell.input.isTerminal)
    throw new CommandFailure("not-confirmed", `${what} Nobody can be asked here.`, {
      exitCode: exitCode.usage,
      advice: "add --yes",
    });
  const answer = await shell.input.ask(`${what}\nType its name to go on: `);
  if (answer?.trim() !== name)
    throw new CommandFailure("not-confirmed", "That is not its name; nothing was done.", { exitCode: exitCode.usage });
}
