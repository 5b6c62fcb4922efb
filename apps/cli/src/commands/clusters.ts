import type { ClusterSummary } from "@fairway/api";
import { type CliCommand, examples, printJson, printLines } from "../command.ts";
import { exitCode } from "../command-failure.ts";
import { table } from "../terminal/table.ts";
import { ago, counted, printable } from "../terminal/text.ts";

export const clusters: CliCommand = {
  define(command) {
    command.addHelpText("after", examples("fairway clusters", "fairway clusters --env prod --json"));
  },
  async run({ shell, style, options, connect }) {
    const { client } = await connect();
    const all = (await client.listClusters()).items;
    const items = options.env === undefined ? all : all.filter(({ environment }) => environment === options.env);
    if (options.json === true) {
      printJson(shell, { items });
      return exitCode.done;
    }
    if (items.length === 0) {
      shell.out.write("No clusters. Add one: fairway cluster add <name> --kubeconfig <file> --env prod\n");
      return exitCode.done;
    }
    printLines(
      shell,
      table<ClusterSummary>(
        items,
        [
          { title: "CLUSTER", cell: ({ name }) => name, look: style.strong, least: 10 },
          { title: "ENVIRONMENT", cell: ({ environment }) => environment, least: 8 },
          {
            title: "STATE",
            cell: stateOf,
            look: (text, { reachable, lost, retiring }) =>
              retiring !== undefined && lost === undefined
                ? style.accent(text)
                : reachable && lost === undefined
                  ? style.good(text)
                  : style.bad(text),
          },
          { title: "VERSION", cell: ({ version }) => version ?? "–", least: 8 },
          { title: "NODES", cell: ({ nodes }) => (nodes === undefined ? "–" : String(nodes)) },
          { title: "SERVICES", cell: ({ services }) => String(services) },
          {
            title: "SEEN",
            cell: ({ lastSeenAt }) => (lastSeenAt === undefined ? "never" : ago(lastSeenAt, shell.now())),
            least: 6,
          },
        ],
        { width: shell.out.width, style },
      ),
    );
    for (const { name, lost } of items)
      if (lost !== undefined)
        printLines(shell, [
          "",
          `${style.bad("✗")} ${style.strong(name)}  declared lost by ${printable(lost.by)} ${ago(lost.at, shell.now())}; when it is back: fairway cluster found ${name}`,
        ]);
    for (const { name, retiring, services } of items)
      if (retiring !== undefined)
        printLines(shell, [
          "",
          `${style.accent("…")} ${style.strong(name)}  is being removed, asked for by ${printable(retiring.by)} ${ago(retiring.at, shell.now())}; ${counted(services, "service")} to go. To go on, or to keep it: fairway help cluster remove`,
        ]);
    const troubled = items.filter(({ trouble, stopped }) => trouble !== undefined && !stopped);
    for (const { name, trouble = "" } of troubled)
      printLines(shell, ["", `${style.bad("✗")} ${style.strong(name)}  ${printable(trouble)}`]);
    return exitCode.done;
  },
};

function stateOf({ stopped, reachable, lost, retiring }: ClusterSummary): string {
  if (lost !== undefined) return "✗ lost";
  if (retiring !== undefined && reachable) return "… retiring";
  if (stopped) return "✗ stopped";
  return reachable ? "✓ reachable" : "✗ unreachable";
}
