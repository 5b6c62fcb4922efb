import type { Delivery, Webhook } from "@fairway/api";
import { type CliCommand, examples, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { table } from "../terminal/table.ts";
import { ago, printable } from "../terminal/text.ts";

export const webhooks: CliCommand = {
  define(command) {
    command
      .argument("[number]", "what this one was told")
      .addHelpText("after", examples("fairway webhooks", "fairway webhook list 1", "fairway webhook list --json"));
  },
  async run({ shell, style, args, options, connect }) {
    const [which] = args;
    const { client } = await connect();
    const now = shell.now();
    const print = (lines: readonly string[]) => printLines(shell, lines);
    const look = { width: shell.out.width, style };
    if (which !== undefined) {
      const { items } = await client.listDeliveries({ params: { webhook: webhookNumber(which) }, query: {} });
      if (options.json === true) printJson(shell, { items });
      else if (items.length === 0) shell.out.write(`Webhook ${which} was told nothing yet.\n`);
      else
        print(
          table<Delivery>(
            items,
            [
              { title: "MESSAGE", cell: ({ message }) => message },
              { title: "EVENT", cell: ({ event }) => event },
              { title: "STATUS", cell: (one) => outcome(one), look: (text, one) => lookOf(style, one)(text) },
              { title: "TRIES", cell: ({ attempts }) => String(attempts) },
              { title: "WHEN", cell: ({ lastAt, createdAt }) => ago(lastAt ?? createdAt, now) },
            ],
            look,
          ),
        );
      return exitCode.done;
    }
    const { items } = await client.listWebhooks();
    if (options.json === true) printJson(shell, { items });
    else if (items.length === 0) shell.out.write("No webhooks. Add one: fairway webhook add https://...\n");
    else
      print(
        table<Webhook>(
          items,
          [
            { title: "NUMBER", cell: ({ id }) => String(id), look: style.strong },
            { title: "ADDRESS", cell: ({ url }) => printable(url), least: 20 },
            { title: "EVENTS", cell: ({ events }) => events.join(", "), least: 10 },
            { title: "ENVIRONMENT", cell: ({ environment }) => environment ?? "all" },
            {
              title: "LAST",
              cell: ({ last, goneAt }) => {
                if (goneAt !== undefined) return `✗ gone: answered 410 ${ago(goneAt, now)}`;
                return last === undefined ? "–" : `${outcome(last)} ${ago(last.lastAt ?? last.createdAt, now)}`;
              },
              look: (text, { last, goneAt }) => {
                if (goneAt !== undefined) return style.bad(text);
                return last === undefined ? text : lookOf(style, last)(text);
              },
              least: 12,
            },
          ],
          look,
        ),
      );
    return exitCode.done;
  },
};

/** A webhook's number. Throws a failure of usage. */
export function webhookNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new CommandFailure("usage", `${printable(text)} is not the number of a webhook.`, {
    exitCode: exitCode.usage,
    advice: "see them: fairway webhook list",
  });
}

function outcome({ status, answer, error, attempts }: Delivery): string {
  if (status === "delivered") return `✓ ${answer ?? ""}`.trim();
  const why = printable(error ?? "");
  if (status === "given-up") return `✗ given up: ${why}`;
  return attempts === 0 ? "… waiting" : `… tried again: ${why}`;
}

function lookOf(style: Parameters<CliCommand["run"]>[0]["style"], { status, attempts }: Delivery) {
  if (status === "delivered") return style.good;
  return status === "given-up" ? style.bad : attempts === 0 ? style.accent : style.doubtful;
}
