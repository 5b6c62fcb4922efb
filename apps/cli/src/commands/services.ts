import type { ServiceSummary } from "@fairway/api";
import { type CliCommand, examples, printJson, printLines } from "../command.ts";
import { exitCode } from "../command-failure.ts";
import { environmentOf } from "../connection/environment.ts";
import { healthLook, healthText } from "../screens/health.ts";
import { table } from "../terminal/table.ts";
import { shortRelease } from "../terminal/text.ts";

export const services: CliCommand = {
  define(command) {
    command
      .argument("[search]", "part of a name, owner or description")
      .addHelpText("after", examples("fairway services", "fairway services pay", "fairway services --json"));
  },
  async run({ shell, style, args, options, connect }) {
    const connected = await connect();
    const environment = await environmentOf(connected, options.env);
    const { items } = await connected.client.listServices({
      query: { environment: environment.name, ...(args[0] === undefined ? {} : { search: args[0] }) },
    });
    if (options.json === true) {
      printJson(shell, { items });
      return exitCode.done;
    }
    if (items.length === 0) {
      shell.out.write(
        args[0] === undefined
          ? `No services in ${environment.name} yet. The first one: fairway deploy <folder with an app.toml>\n`
          : `No service in ${environment.name} fits "${args[0]}".\n`,
      );
      return exitCode.done;
    }
    printLines(
      shell,
      table<ServiceSummary>(
        items,
        [
          { title: "SERVICE", cell: ({ name }) => name, look: style.strong, least: 24 },
          {
            title: "HEALTH",
            cell: ({ health }) => healthText(health),
            look: (text, { health }) => healthLook(style, health)(text),
          },
          { title: "OWNER", cell: ({ owner }) => owner ?? "–", least: 8 },
          { title: "ENGINE", cell: ({ engine }) => engine },
          { title: "RELEASE", cell: ({ release }) => (release === undefined ? "–" : shortRelease(release)) },
          { title: "ADDRESS", cell: ({ url }) => url ?? "–", least: 10 },
        ],
        { width: shell.out.width, style },
      ),
    );
    return exitCode.done;
  },
};
