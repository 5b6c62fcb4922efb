import { type CliCommand, examples, printJson } from "../command.ts";
import { exitCode } from "../command-failure.ts";

export const open: CliCommand = {
  define(command) {
    command
      .option("--print", "only print the address")
      .addHelpText(
        "after",
        `${examples("fairway open", "fairway open --print")}\n\nOpens the dashboard and signs you in. The address works once, for a short time.`,
      );
  },
  async run({ shell, style, options, own, connect }) {
    const { client, url } = await connect();
    const { code, expiresAt } = await client.createSignInCode();
    // Behind the #, so that no server and no proxy on the way gets to see it.
    const address = `${url}/sign-in#${encodeURIComponent(code)}`;
    if (options.json === true) {
      printJson(shell, { url: address, expiresAt });
      return exitCode.done;
    }
    shell.out.write(`${style.accent(address)}\n`);
    if (own<{ print?: boolean }>().print === true || !shell.out.isTerminal) return exitCode.done;
    if (!(await shell.openBrowser(address)))
      shell.err.write("No browser could be opened; open the address yourself.\n");
    return exitCode.done;
  },
};
