import { type CliCommand, examples, printJson } from "../command.ts";
import { exitCode } from "../command-failure.ts";
import { readProfileFile } from "../profile-file/read-profile-file.ts";
import { counted, printable } from "../terminal/text.ts";

export const profileCheck: CliCommand = {
  define(command) {
    command.argument("<file>", "a profile, or - for standard input").addHelpText(
      "after",
      `${examples("fairway profile check profile.toml")}

Tells every problem of a profile at once, each with its place. Needs no server.`,
    );
  },
  async run({ shell, style, args, options }) {
    const { name, profile } = await readProfileFile(shell, args[0] ?? "-");
    const { environments, clusters, services, rules } = profile;
    if (options.json === true) {
      const names = (of: ReadonlyMap<string, unknown>) => [...of.keys()];
      printJson(shell, {
        valid: true,
        environments: names(environments),
        clusters: names(clusters),
        services: names(services),
        rules: rules.map((rule) => rule.name),
      });
      return exitCode.done;
    }
    const own = [...environments.keys(), ...clusters.keys(), ...services.keys()];
    const also = [
      ...(rules.length === 0 ? [] : [counted(rules.length, "rule")]),
      ...(own.length === 0 ? [] : [`settings of their own for ${own.join(", ")}`]),
    ];
    shell.out.write(
      `${style.good("✓")} ${printable(name)} is valid${also.length === 0 ? "" : `: ${also.join(", ")}`}\n`,
    );
    return exitCode.done;
  },
};
