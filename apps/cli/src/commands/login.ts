import { createClient } from "@fairway/api";
import { type CliCommand, examples, printJson } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { writeContext } from "../connection/context-file.ts";

export const login: CliCommand = {
  define(command) {
    command.argument("<url>", "address of the server").addHelpText(
      "after",
      `${examples("fairway login https://fairway.example.com", "fairway login http://127.0.0.1:7070 < token-file")}

Asks for a token, or reads it from standard input, tries it, and keeps both for later commands.
Scripts set FAIRWAY_URL and FAIRWAY_TOKEN instead.`,
    );
  },
  async run({ shell, style, args, options }) {
    const [given = ""] = args;
    const url = URL.canParse(given) ? new URL(given) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
      throw new CommandFailure("usage", `${given} is not an address such as https://fairway.example.com`, {
        exitCode: exitCode.usage,
      });
    const address = url.href.replace(/\/+$/, "");
    const typed = shell.input.isTerminal
      ? await shell.input.ask(`Token for ${address}: `, { hidden: true })
      : await shell.input.readAll(10_000);
    const token = typed?.trim() ?? "";
    if (!/^[\x21-\x7e]+$/.test(token))
      throw new CommandFailure("usage", "A token has printable characters and no spaces.", {
        exitCode: exitCode.usage,
      });
    const { actor } = await createClient({ baseUrl: address, token }).account();
    const path = await writeContext(shell.environment, address, token);
    if (options.json === true) printJson(shell, { url: address, actor, context: path });
    else shell.out.write(`${style.good("✓")} ${address} knows you as ${style.strong(actor)}. Kept in ${path}\n`);
    return exitCode.done;
  },
};
