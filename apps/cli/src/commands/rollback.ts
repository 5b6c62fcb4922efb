import { randomUUID } from "node:crypto";
import { type CliCommand, examples } from "../command.ts";
import { environmentOf } from "../connection/environment.ts";
import { followRollout } from "../rollout/follow-rollout.ts";
import { releaseLines } from "../screens/step-line.ts";
import { printable, shortRelease } from "../terminal/text.ts";

export const rollback: CliCommand = {
  define(command) {
    command
      .argument("<service>", "its name")
      .argument("[release]", "beginning of its name; by default the one before the active one", "previous")
      .addHelpText(
        "after",
        `${examples("fairway rollback user", "fairway rollback user 5b02aa")}

Rolls an earlier release out again, to every cluster, as any rollout. Which there are: fairway releases <service>`,
      );
  },
  async run({ shell, style, args, options, connect }) {
    const [service = "", release = "previous"] = args;
    const connected = await connect();
    const environment = await environmentOf(connected, options.env);
    const rollout = await connected.client.createRollout({
      body: { service, environment: environment.name, release, kind: "rollback", idempotencyKey: randomUUID() },
    });
    const json = options.json === true;
    if (!json) {
      const lines = [
        `  ${style.strong(service)}  rollback  ${style.accent(environment.name)}`,
        ...releaseLines(
          {
            name: shortRelease(rollout.to ?? release),
            previous: rollout.from === undefined ? undefined : shortRelease(rollout.from),
            changes: rollout.changes.map(printable),
          },
          shell.out.width,
          style,
        ),
      ];
      shell.out.write(`${lines.join("\n")}\n`);
    }
    return followRollout(rollout.number, { shell, style, connected, json, environmentFlag: environment.flag });
  },
};
