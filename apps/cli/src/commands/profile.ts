import { profileFieldHelp } from "@fairway/spec";
import { type CliCommand, examples, printJson } from "../command.ts";
import { exitCode } from "../command-failure.ts";
import { ago, printable } from "../terminal/text.ts";

export const profile: CliCommand = {
  define(command) {
    command.addHelpText(
      "after",
      () => `${examples("fairway profile > profile.toml", "fairway profile check profile.toml", "fairway profile preview profile.toml", "fairway profile set profile.toml")}

What the platform's owner decides for all services: sizes, limits, quotas, images, labels, public addresses, rules.
Prints the one that holds as TOML; which version it is goes to standard error.

Fields, at the top or, where it makes sense, below [envs.<name>], [clusters.<name>], [services.<name>]:
${profileFieldHelp()
  .map(({ field, description }) => `  ${field.padEnd(24)} ${description}`)
  .join("\n")}`,
    );
  },
  async run({ shell, options, connect }) {
    const { client } = await connect();
    const found = await client.getProfile();
    if (options.json === true) {
      printJson(shell, found);
      return exitCode.done;
    }
    const { version, text, actor, createdAt } = found;
    const by = actor === undefined ? "" : ` by ${printable(actor)}`;
    const when = createdAt === undefined ? "" : `, ${ago(createdAt, shell.now())}`;
    shell.err.write(version === 0 ? "The built-in profile holds.\n" : `Version ${version}${by}${when}.\n`);
    shell.out.write(text.endsWith("\n") ? text : `${text}\n`);
    return exitCode.done;
  },
};
