import { type CliCommand, examples, printJson } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { printable } from "../terminal/text.ts";
import { webhookNumber } from "./webhooks.ts";

export const webhookRemove: CliCommand = {
  define(command) {
    command
      .argument("<number>", "the webhook")
      .addHelpText("after", `${examples("fairway webhook remove 1")}\n\nForgets it, and what it was not told yet.`);
  },
  async run({ shell, style, args, options, connect }) {
    const webhook = webhookNumber(args[0] ?? "");
    const { client } = await connect();
    await client.removeWebhook({ params: { webhook } });
    if (options.json === true) printJson(shell, { webhook, removed: true });
    else shell.out.write(`${style.good("✓")} webhook ${webhook} is forgotten\n`);
    return exitCode.done;
  },
};

export const webhookTest: CliCommand = {
  define(command) {
    command
      .argument("<number>", "the webhook")
      .addHelpText(
        "after",
        `${examples("fairway webhook test 1")}\n\nSends a signed message of the type webhook.test now, once.`,
      );
  },
  async run({ shell, style, args, options, connect }) {
    const webhook = webhookNumber(args[0] ?? "");
    const { client } = await connect();
    const sent = await client.testWebhook({ params: { webhook } });
    if (options.json === true) printJson(shell, sent);
    if (!sent.delivered) {
      if (options.json === true) return exitCode.failed;
      throw new CommandFailure("webhook-not-delivered", `The message was not taken: ${printable(sent.error ?? "")}.`, {
        advice: "look at the receiver's own log; it has to answer with 2xx within 10 seconds",
      });
    }
    if (options.json !== true)
      shell.out.write(`${style.good("✓")} taken with ${sent.answer}: message ${sent.message}\n`);
    return exitCode.done;
  },
};
