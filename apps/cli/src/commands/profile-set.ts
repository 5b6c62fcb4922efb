import { type CliCommand, examples, type Invocation, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { preview } from "../profile-file/preview.ts";
import { readProfileFile } from "../profile-file/read-profile-file.ts";
import { previewScreen } from "../screens/preview-screen.ts";

export const profileSet: CliCommand = {
  define(command) {
    command
      .argument("<file>", "a profile, or - for standard input")
      .option("-y, --yes", "do not ask")
      .option("--full", "cut nothing")
      .addHelpText(
        "after",
        `${examples("fairway profile set profile.toml", "fairway profile set profile.toml --yes")}

Shows what would change for which services, asks, and makes it the profile that holds. Services change with their
next deploy or with fairway fleet start, none before. The versions before stay: fairway profile history.`,
      );
  },
  async run(invocation) {
    const { shell, style, args, options } = invocation;
    const { name, text } = await readProfileFile(shell, args[0] ?? "-");
    const { yes, full } = invocation.own<{ yes?: boolean; full?: boolean }>();
    const connected = await invocation.connect();
    const before = await connected.client.getProfile();
    const json = options.json === true;
    if (before.version > 0 && before.text === text) {
      if (json) printJson(shell, { version: before.version, changed: false });
      else shell.out.write(`${name} holds already: version ${before.version}.\n`);
      return exitCode.done;
    }
    if (!json) {
      const found = await preview(invocation, connected, { text });
      printLines(shell, previewScreen(found, style, shell.out.width, full === true));
    }
    await confirm(invocation, before.version, yes === true);
    const { version } = await connected.client.putProfile({ body: { text, after: before.version } });
    if (json) printJson(shell, { version, changed: true });
    else
      shell.out.write(
        `${style.good("✓")} version ${version} of the profile holds\n  Bring it to the services: ${style.accent("fairway fleet start")}\n`,
      );
    return exitCode.done;
  },
};

async function confirm({ shell }: Invocation, before: number, yes: boolean): Promise<void> {
  if (yes) return;
  if (!shell.input.isTerminal)
    throw new CommandFailure("not-confirmed", "Nobody can be asked here; nothing was set.", {
      exitCode: exitCode.usage,
      advice: "add --yes",
    });
  const answer = await shell.input.ask(
    `Set it in the place of ${before === 0 ? "the built-in one" : `version ${before}`}? [y/N] `,
  );
  if (!/^y(es)?$/i.test(answer?.trim() ?? ""))
    throw new CommandFailure("not-confirmed", "Nothing was set.", { exitCode: exitCode.usage });
}
