import { randomUUID } from "node:crypto";
import { type CliCommand, examples } from "../command.ts";
import { environmentOf } from "../connection/environment.ts";
import { followRollout } from "../rollout/follow-rollout.ts";

export const driftRepair: CliCommand = {
  define(command) {
    command.argument("<service>", "its name").addHelpText(
      "after",
      `${examples("fairway drift repair user")}

Rolls the active release out once more: fields that others have set are set back, what they added is taken away, what they
deleted is made again. What was left to others (fairway drift keep) stays.`,
    );
  },
  async run({ shell, style, args, options, connect }) {
    const [service = ""] = args;
    const connected = await connect();
    const environment = await environmentOf(connected, options.env);
    const { number } = await connected.client.repairDrift({
      params: { service },
      body: { environment: environment.name, idempotencyKey: randomUUID() },
    });
    const json = options.json === true;
    if (!json) shell.out.write(`  ${style.strong(service)}  repair  ${style.accent(environment.name)}\n`);
    return followRollout(number, { shell, style, connected, json, environmentFlag: environment.flag });
  },
};
