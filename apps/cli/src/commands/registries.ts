import type { RegistrySummary } from "@fairway/api";
import { type CliCommand, examples, printJson, printLines } from "../command.ts";
import { exitCode } from "../command-failure.ts";
import { table } from "../terminal/table.ts";
import { printable } from "../terminal/text.ts";

export const registries: CliCommand = {
  define(command) {
    command.addHelpText("after", examples("fairway registries", "fairway registry list --env prod --json"));
  },
  async run({ shell, style, options, connect }) {
    const { client } = await connect();
    const all = (await client.listRegistries()).items;
    const items = options.env === undefined ? all : all.filter(({ environment }) => environment === options.env);
    if (options.json === true) printJson(shell, { items });
    else if (items.length === 0)
      shell.out.write("No registries. Add one: fairway registry add main registry.example.com/team --env prod\n");
    else
      printLines(
        shell,
        table<RegistrySummary>(
          items,
          [
            { title: "REGISTRY", cell: ({ name }) => name, look: style.strong, least: 8 },
            { title: "ENVIRONMENT", cell: ({ environment }) => environment, least: 8 },
            { title: "PREFIX", cell: ({ prefix }) => printable(prefix), least: 16 },
            { title: "CREDENTIALS", cell: credentialsOf },
            { title: "BASES", cell: ({ bases }) => Object.keys(bases).join(", ") || "–", least: 6 },
          ],
          { width: shell.out.width, style },
        ),
      );
    return exitCode.done;
  },
};

/** What there are credentials for. */
function credentialsOf({ credentials, pullCredentials }: RegistrySummary): string {
  return [...(credentials ? ["push"] : []), ...(pullCredentials ? ["pull"] : [])].join(", ") || "none";
}
