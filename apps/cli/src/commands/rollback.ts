import { randomUUID } from "node:crypto";
import { type CliCommand, examples } from "../command.ts";
import type { Connected } from "../connection/connect.ts";
import { environmentOf } from "../connection/environment.ts";
import { followRollout } from "../rollout/follow-rollout.ts";
import { isUnderWay } from "../rollout/unfinished-rollout.ts";
import { whenBusyOf, whenBusyOptions } from "../rollout/when-busy.ts";
import { releaseLines } from "../screens/step-line.ts";
import { printable, shortRelease } from "../terminal/text.ts";

export const rollback: CliCommand = {
  define(command) {
    whenBusyOptions(command)
      .argument("<service>", "its name")
      .argument("[release]", "beginning of its name; by default the one before the active one", "previous")
      .addHelpText(
        "after",
        `${examples("fairway rollback user", "fairway rollback user 5b02aa", "fairway rollback user 5b02aa --supersede")}

While a deploy is under way it is aborted: the release before stays, or is brought back, everywhere. Otherwise an earlier
release is rolled out again, to every cluster, as any rollout. Which there are: fairway releases <service>`,
      );
  },
  async run({ shell, style, args, options, own, connect }) {
    const [service = "", release = "previous"] = args;
    const connected = await connect();
    const environment = await environmentOf(connected, options.env);
    const json = options.json === true;
    const context = { shell, style, connected, json, environmentFlag: environment.flag };
    const whenBusy = whenBusyOf(own());
    if (release === "previous" && whenBusy === "refuse") {
      const aborted = await abortDeploy(connected, service, environment.name);
      if (aborted !== undefined) {
        if (!json) {
          shell.out.write(
            `  ${style.strong(service)}  rollout ${aborted} goes back to the release before  ${style.accent(environment.name)}\n`,
          );
        }
        return followRollout(aborted, { ...context, goesBack: true });
      }
    }
    const rollout = await connected.client.createRollout({
      body: {
        service,
        environment: environment.name,
        release,
        kind: "rollback",
        idempotencyKey: randomUUID(),
        whenBusy,
      },
    });
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
    return followRollout(rollout.number, context);
  },
};

/**
 * Aborts the deploy that is under way, if one is. A rollback that is under way is left alone: who types twice does not want
 * the bad release back.
 */
async function abortDeploy(connected: Connected, service: string, environment: string): Promise<number | undefined> {
  const { items } = await connected.client.listRollouts({ query: { environment, service, limit: 20 } });
  const [only, ...others] = items.filter(isUnderWay);
  if (only === undefined || others.length > 0 || only.kind !== "deploy" || only.status === "restoring")
    return undefined;
  await connected.client.commandRollout({
    params: { number: only.number },
    body: { id: randomUUID(), command: { type: "abort" } },
  });
  return only.number;
}
