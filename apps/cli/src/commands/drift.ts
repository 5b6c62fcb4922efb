import { type CliCommand, examples, printJson, printLines } from "../command.ts";
import { exitCode } from "../command-failure.ts";
import { environmentOf } from "../connection/environment.ts";
import { driftLines, driftScreen } from "../screens/drift-screen.ts";
import { printable } from "../terminal/text.ts";

export const drift: CliCommand = {
  define(command) {
    command
      .argument("[service]", "only this one, asked of its clusters now")
      .option("--exit-code", "exit with 3 when something was changed by hand")
      .addHelpText(
        "after",
        `${examples("fairway drift", "fairway drift user", "fairway drift repair user", "fairway drift keep user .spec.replicas")}

What somebody changed by hand in the clusters: which field, what it was, who has set it and when.
Without a service: what was seen last of all of them.`,
      );
  },
  async run(invocation) {
    const { shell, style, args, options } = invocation;
    const own = invocation.own<{ exitCode?: boolean }>();
    const connected = await invocation.connect();
    const environment = await environmentOf(connected, options.env);
    const query = { environment: environment.name };
    const look = { width: shell.out.width, style, now: shell.now(), environmentFlag: environment.flag };
    const codeFor = (changes: number) => (own.exitCode === true && changes > 0 ? exitCode.different : exitCode.done);
    const [service] = args;
    if (service !== undefined) {
      const found = await connected.client.getDrift({ params: { service }, query });
      if (options.json === true) printJson(shell, found);
      else printLines(shell, driftScreen(found, look));
      if (found.clusters.some(({ compared }) => !compared)) return exitCode.failed;
      return codeFor(found.changes.filter(({ kept }) => !kept).length);
    }
    const { items } = await connected.client.listServices({ query });
    const changed = items.filter((one) => (one.drift?.changes.length ?? 0) > 0);
    if (options.json === true) {
      printJson(shell, { items: changed.map(({ name, drift: seen }) => ({ service: name, ...seen })) });
    } else if (changed.length === 0) {
      shell.out.write(`Nothing was changed by hand in ${environment.name}, as far as was seen.\n`);
    } else {
      printLines(
        shell,
        changed.flatMap(({ name, drift: seen }) => [
          `  ${style.strong(printable(name))}`,
          ...driftLines(seen?.changes ?? [], look),
        ]),
      );
    }
    return codeFor(changed.length);
  },
};
