import type { Release } from "@fairway/api";
import { type CliCommand, examples, printJson, printLines } from "../command.ts";
import { exitCode } from "../command-failure.ts";
import { environmentOf } from "../connection/environment.ts";
import { table } from "../terminal/table.ts";
import { ago, printable, shortRelease } from "../terminal/text.ts";

export const releases: CliCommand = {
  define(command) {
    command
      .argument("<service>", "its name")
      .addHelpText("after", examples("fairway releases user", "fairway rollback user 5b02aa"));
  },
  async run({ shell, style, args, options, connect }) {
    const [service = ""] = args;
    const connected = await connect();
    const environment = await environmentOf(connected, options.env);
    const { items } = await connected.client.listReleases({
      params: { service },
      query: { environment: environment.name },
    });
    if (options.json === true) printJson(shell, { items });
    else if (items.length === 0) shell.out.write(`${service} has no releases in ${environment.name}.\n`);
    else
      printLines(
        shell,
        table<Release>(
          items,
          [
            { title: "RELEASE", cell: ({ name }) => shortRelease(name), look: style.strong },
            { title: "STATE", cell: stateOf, look: (text, { active }) => (active ? style.good(text) : text) },
            { title: "MADE", cell: ({ createdAt }) => ago(createdAt, shell.now()) },
            { title: "BY", cell: ({ actor }) => printable(actor), least: 8 },
            { title: "RUNS", cell: contentOf, least: 12 },
          ],
          { width: shell.out.width, style },
        ),
      );
    return exitCode.done;
  },
};

/** The ready image, else the snapshot that it was made of. */
function contentOf({ image, snapshot = "" }: Release): string {
  return image === undefined ? snapshot.slice(0, 19) : printable(image.asked);
}

function stateOf({ active, available }: Release): string {
  if (active) return "✓ active";
  return available ? "kept" : "deleted";
}
