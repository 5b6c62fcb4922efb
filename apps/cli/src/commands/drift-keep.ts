import { type CliCommand, examples, printJson } from "../command.ts";
import { exitCode } from "../command-failure.ts";
import { environmentOf } from "../connection/environment.ts";
import { printable } from "../terminal/text.ts";

export const driftKeep: CliCommand = {
  define(command) {
    command
      .argument("<service>", "its name")
      .argument("<field>", "as fairway drift shows it: .spec.replicas")
      .option("--object <object>", "whose field it is, where several have it: Deployment/user-a")
      .option("--undo", "let the release decide again")
      .addHelpText(
        "after",
        `${examples("fairway drift keep user .spec.replicas", "fairway drift keep user .spec.replicas --undo")}

Leaves a field to whoever has set it: it is not shown as changed any more, no deploy is refused for it, and no rollout
touches it while somebody else has it. Where nobody has, the release sets it. With --undo it is a change by hand again: a
repair takes it back, and a deploy that would set it is refused until then.`,
      );
  },
  async run(invocation) {
    const { shell, style, args, options } = invocation;
    const [service = "", field = ""] = args;
    const own = invocation.own<{ object?: string; undo?: boolean }>();
    const connected = await invocation.connect();
    const environment = await environmentOf(connected, options.env);
    const answer = await connected.client.keepField({
      params: { service },
      body: {
        environment: environment.name,
        field,
        kept: own.undo !== true,
        ...(own.object === undefined ? {} : { object: own.object }),
      },
    });
    if (options.json === true) {
      printJson(shell, answer);
      return exitCode.done;
    }
    const what = `${printable(answer.field)} of ${printable(answer.object)}`;
    shell.out.write(
      answer.kept
        ? `${what} is left to whoever has set it.\n`
        : `${what} is the release's again. Set it: ${style.accent(`fairway drift repair ${service}${environment.flag}`)}\n`,
    );
    return exitCode.done;
  },
};
