import { type CliCommand, examples, printJson } from "../command.ts";
import { exitCode } from "../command-failure.ts";
import { confirmName } from "../terminal/confirm-name.ts";

export const registryRemove: CliCommand = {
  define(command) {
    command
      .argument("<name>", "the registry")
      .option("-y, --yes", "do not ask")
      .addHelpText(
        "after",
        `${examples("fairway registry remove main", "fairway registry remove main --yes")}\n\nForgets a registry that no service needs any more, and its credentials; its images are not touched.`,
      );
  },
  async run({ shell, style, args, options, own, connect }) {
    const [registry = ""] = args;
    const { client } = await connect();
    await confirmName(shell, {
      what: `Forget the registry ${registry}.`,
      name: registry,
      yes: own<{ yes?: boolean }>().yes === true,
    });
    await client.removeRegistry({ params: { registry } });
    if (options.json === true) printJson(shell, { registry, removed: true });
    else shell.out.write(`${style.good("✓")} ${style.strong(registry)} is forgotten\n`);
    return exitCode.done;
  },
};
