import { type CliCommand, examples, printLines } from "../command.ts";
import { exitCode } from "../command-failure.ts";
import { preview } from "../profile-file/preview.ts";
import { readProfileFile } from "../profile-file/read-profile-file.ts";
import { previewScreen } from "../screens/preview-screen.ts";

export const profilePreview: CliCommand = {
  define(command) {
    command
      .argument("<file>", "a profile, or - for standard input")
      .option("--full", "cut nothing")
      .addHelpText(
        "after",
        `${examples("fairway profile preview profile.toml", "fairway profile preview profile.toml --env staging", "fairway profile preview profile.toml --json")}

What every service would become with this profile, made anew from what its team deployed last: who could not be
released any more and why, who changes and how, whose pods would be other ones. Changes nothing.
With --json one event per line: progress, service, end.`,
      );
  },
  async run(invocation) {
    const { shell, style, args, options } = invocation;
    const { text } = await readProfileFile(shell, args[0] ?? "-");
    const connected = await invocation.connect();
    const environment = options.env === undefined ? {} : { environment: options.env };
    const found = await preview(invocation, connected, { text, ...environment });
    if (options.json !== true) {
      const full = invocation.own<{ full?: boolean }>().full === true;
      printLines(shell, previewScreen(found, style, shell.out.width, full));
    }
    return exitCode.done;
  },
};
