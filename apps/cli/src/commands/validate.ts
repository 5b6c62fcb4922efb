import { parseAppFile } from "../app-file/parse-app-file.ts";
import { readAppFile } from "../app-file/read-app-file.ts";
import { type CliCommand, examples, printJson } from "../command.ts";
import { exitCode } from "../command-failure.ts";

export const validate: CliCommand = {
  define(command) {
    command.argument("[dir]", "folder with the app.toml, a file, or - for standard input", ".").addHelpText(
      "after",
      `${examples("fairway validate", "fairway validate services/user/app.toml", "fairway validate - < app.toml")}

Checks the file for all environments that it mentions and tells every problem at once. Needs no server.`,
    );
  },
  async run({ shell, style, args, options }) {
    const file = await readAppFile(shell, args[0] ?? ".");
    const { name, environments } = parseAppFile(file);
    const mentioned = [...environments.keys()];
    if (options.json === true) printJson(shell, { valid: true, name, environments: mentioned });
    else {
      const also = mentioned.length === 0 ? "" : `, with settings of its own for ${mentioned.join(", ")}`;
      shell.out.write(`${style.good("✓")} ${file.name} is valid: service ${style.strong(name)}${also}\n`);
    }
    return exitCode.done;
  },
};
