import { type CliCommand, examples, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { table } from "../terminal/table.ts";
import { ago, printable } from "../terminal/text.ts";

export const profileHistory: CliCommand = {
  define(command) {
    command.argument("[version]", "print this one").addHelpText(
      "after",
      `${examples("fairway profile history", "fairway profile history 3 > profile.toml")}

The versions of the profile, newest first; the first one is in force. To go back, print one and set it again.`,
    );
  },
  async run({ shell, style, args, options, connect }) {
    const [wanted] = args;
    const { client } = await connect();
    if (wanted !== undefined) {
      if (!/^[1-9]\d{0,8}$/.test(wanted))
        throw new CommandFailure("usage", `${JSON.stringify(wanted)} is no version.`, {
          exitCode: exitCode.usage,
          advice: "see them all: fairway profile history",
        });
      const found = await client.getProfileVersion({ params: { version: Number(wanted) } });
      if (options.json === true) printJson(shell, found);
      else shell.out.write(found.text.endsWith("\n") ? found.text : `${found.text}\n`);
      return exitCode.done;
    }
    const { items } = await client.listProfileVersions();
    if (options.json === true) printJson(shell, { items });
    else if (items.length === 0)
      shell.out.write("The built-in profile holds; nobody has set another. fairway profile shows it.\n");
    else
      printLines(
        shell,
        table(
          items,
          [
            { title: "VERSION", cell: ({ version }) => String(version), look: style.strong },
            { title: "SET", cell: ({ createdAt }) => (createdAt === undefined ? "" : ago(createdAt, shell.now())) },
            { title: "BY", cell: ({ actor = "" }) => printable(actor), least: 8 },
          ],
          { width: shell.out.width, style },
        ),
      );
    return exitCode.done;
  },
};
