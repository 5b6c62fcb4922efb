import type { AuditEntry } from "@fairway/api";
import { type CliCommand, examples, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { table } from "../terminal/table.ts";
import { ago, printable } from "../terminal/text.ts";

export const audit: CliCommand = {
  define(command) {
    command
      .argument("[about]", "a service, a rollout's number, a release")
      .option("--actor <name>", "commands of this one")
      .option("--refused", "only what was refused")
      .option("--before <id>", "older than this entry: the next page")
      .option("-n, --limit <count>", "how many are listed", "50")
      .addHelpText(
        "after",
        `${examples("fairway audit", "fairway audit user --actor admin", "fairway audit --refused --json")}

Every command that somebody gave, by command line, API or dashboard, and whether it was accepted.`,
      );
  },
  async run(invocation) {
    const { shell, style, args, options } = invocation;
    const own = invocation.own<{ actor?: string; refused?: boolean; before?: string; limit: string }>();
    const [about] = args;
    const { client } = await invocation.connect();
    const { items } = await client.listAudit({
      query: {
        limit: wholeNumber(own.limit, "--limit", 500),
        ...(about === undefined ? {} : { about }),
        ...(own.actor === undefined ? {} : { actor: own.actor }),
        ...(own.refused === true ? { outcome: "refused" } : {}),
        ...(own.before === undefined ? {} : { before: wholeNumber(own.before, "--before", 2_147_483_647) }),
      },
    });
    if (options.json === true) printJson(shell, { items });
    else if (items.length === 0) shell.out.write("No such commands.\n");
    else
      printLines(
        shell,
        table<AuditEntry>(
          items,
          [
            { title: "ID", cell: ({ id }) => String(id), look: style.faint },
            { title: "WHEN", cell: ({ at }) => ago(at, shell.now()) },
            { title: "WHO", cell: ({ actor }) => printable(actor), least: 8 },
            { title: "COMMAND", cell: ({ command }) => printable(command), look: style.strong, least: 12 },
            { title: "ABOUT", cell: ({ target }) => printable(target), least: 10 },
            {
              title: "ANSWER",
              cell: ({ outcome, detail }) => (outcome === "accepted" ? "✓" : `✗ ${printable(detail ?? "refused")}`),
              look: (text, { outcome }) => (outcome === "accepted" ? style.good : style.bad)(text),
              least: 8,
            },
          ],
          { width: shell.out.width, style },
        ),
      );
    return exitCode.done;
  },
};

function wholeNumber(text: string, option: string, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new CommandFailure("usage", `${option} takes a whole number from 1 to ${most}.`, { exitCode: exitCode.usage });
}
