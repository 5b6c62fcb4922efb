import { type CliCommand, examples, printJson, printLines } from "../command.ts";
import { exitCode } from "../command-failure.ts";
import { environmentOf } from "../connection/environment.ts";
import { serviceScreen } from "../screens/service-screen.ts";
import { statusScreen } from "../screens/status-screen.ts";

export const status: CliCommand = {
  define(command) {
    command.argument("[service]", "only this one, in detail").addHelpText(
      "after",
      `${examples("fairway status", "fairway status user", "fairway status --env staging --json")}

What runs where, and is it well.`,
    );
  },
  async run({ shell, style, args, options, connect }) {
    const connected = await connect();
    const environment = await environmentOf(connected, options.env);
    const query = { environment: environment.name };
    const screen = { width: shell.out.width, style, now: shell.now(), environmentFlag: environment.flag };
    const [service] = args;
    if (service !== undefined) {
      const detail = await connected.client.getService({ params: { service }, query });
      if (options.json === true) printJson(shell, detail);
      else printLines(shell, serviceScreen(detail, screen));
      return exitCode.done;
    }
    const [services, clusters, rollouts] = await Promise.all([
      connected.client.listServices({ query }),
      connected.client.listClusters(),
      connected.client.listRollouts({ query: { ...query, limit: 20 } }),
    ]);
    const here = clusters.items.filter((cluster) => cluster.environment === environment.name);
    const active = rollouts.items.filter(
      ({ status }) => status === "queued" || status === "running" || status === "restoring",
    );
    if (options.json === true)
      printJson(shell, { environment: environment.name, clusters: here, services: services.items, rollouts: active });
    else
      printLines(
        shell,
        statusScreen(
          { environment: environment.name, clusters: here, services: services.items, rollouts: active },
          screen,
        ),
      );
    return exitCode.done;
  },
};
