import { type CliCommand, examples } from "../command.ts";
import { environmentOf } from "../connection/environment.ts";
import { followRollout } from "../rollout/follow-rollout.ts";
import { whenBusyOf, whenBusyOptions } from "../rollout/when-busy.ts";
import { confirmName } from "../terminal/confirm-name.ts";

export const remove: CliCommand = {
  define(command) {
    whenBusyOptions(command)
      .argument("<service>", "its name")
      .option("-y, --yes", "do not ask")
      .addHelpText(
        "after",
        `${examples("fairway remove user", "fairway remove user --env staging --yes")}\n\nTakes a service out of every cluster of an environment, with its namespace.`,
      );
  },
  async run({ shell, style, args, options, own, connect }) {
    const [service = ""] = args;
    const connected = await connect();
    const environment = await environmentOf(connected, options.env);
    // Asking about a service that is not there would only confuse.
    await connected.client.getService({ params: { service }, query: { environment: environment.name } });
    await confirmName(shell, {
      what: `Remove ${service} from ${environment.name} (${environment.clusters.join(", ")}), with everything in its namespace.`,
      name: service,
      yes: own<{ yes?: boolean }>().yes === true,
    });
    const rollout = await connected.client.removeService({
      params: { service },
      query: { environment: environment.name, whenBusy: whenBusyOf(own()) },
    });
    const json = options.json === true;
    if (!json) shell.out.write(`  ${style.strong(service)}  removal  ${style.accent(environment.name)}\n`);
    return followRollout(rollout.number, { shell, style, connected, json, environmentFlag: environment.flag });
  },
};
