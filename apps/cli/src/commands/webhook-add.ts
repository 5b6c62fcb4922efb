import { webhookEvent } from "@fairway/api";
import { type CliCommand, examples, printJson } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { environmentOf } from "../connection/environment.ts";

export const webhookAdd: CliCommand = {
  define(command) {
    command
      .argument("<url>", "http or https; private addresses are allowed")
      .option("--events <list>", `of ${webhookEvent.options.join(", ")}; all of them by default`)
      .addHelpText(
        "after",
        `${examples("fairway webhook add https://chat.example.com/hooks/deploys", "fairway webhook add http://10.0.0.5:8080/ --events failed,rolled-back --env prod")}

Tells an address of rollouts from now on, of one environment with --env. Messages are signed (Standard Webhooks); the secret
is shown this once. What they look like and how they are verified: docs/guides/webhooks.md`,
      );
  },
  async run(invocation) {
    const { shell, style, args, options } = invocation;
    const [url = ""] = args;
    const { events } = invocation.own<{ events?: string }>();
    const connected = await invocation.connect();
    const environment = options.env === undefined ? undefined : (await environmentOf(connected, options.env)).name;
    const added = await connected.client.addWebhook({
      body: {
        url,
        ...(events === undefined ? {} : { events: eventsOf(events) }),
        ...(environment === undefined ? {} : { environment }),
      },
    });
    if (options.json === true) {
      printJson(shell, added);
      return exitCode.done;
    }
    shell.out.write(
      `${style.good("✓")} webhook ${style.strong(String(added.id))} is told of: ${added.events.join(", ")}\n\n` +
        `  secret  ${added.secret}\n          It is not shown again: keep it where the receiver reads it.\n` +
        `  try it  ${style.accent(`fairway webhook test ${added.id}`)}\n`,
    );
    return exitCode.done;
  },
};

function eventsOf(list: string) {
  const parsed = webhookEvent
    .array()
    .min(1)
    .safeParse(list.split(",").map((one) => one.trim()));
  if (parsed.success) return parsed.data;
  throw new CommandFailure("usage", `--events takes some of ${webhookEvent.options.join(", ")}, with commas.`, {
    exitCode: exitCode.usage,
  });
}
