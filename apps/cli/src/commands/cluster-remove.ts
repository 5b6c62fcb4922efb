import { setTimeout as pause } from "node:timers/promises";
import { type CliCommand, examples, type Invocation, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Connected } from "../connection/connect.ts";
import { confirmName } from "../terminal/confirm-name.ts";
import { counted } from "../terminal/text.ts";
import { followFleet, tellFleet } from "./fleet.ts";

interface Options extends Readonly<Record<string, unknown>> {
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly cancel?: boolean;
  readonly wait: boolean;
}

/** Milliseconds that the server has to forget a cluster when the last service has left. */
const patience = 15_000;
const interval = 250;

export const clusterRemove: CliCommand = {
  define(command) {
    command
      .argument("<name>", "the cluster")
      .option("-y, --yes", "do not ask")
      .option("--force", "forget one that will not come back at once, with what is in it")
      .option("--cancel", "keep it after all: services that have left come back")
      .option("--no-wait", "do not wait until it is empty")
      .addHelpText(
        "after",
        `${examples("fairway cluster remove gamma", "fairway cluster remove gamma --yes --no-wait", "fairway cluster remove gamma --cancel", "fairway cluster remove gamma --force")}

From now on no service comes to the cluster. Those that are there leave it, the least critical first, by a fleet rollout (fairway
help fleet start): each gets a release without it, takes no requests there any more, and then its objects go. When the last one
has left, the server forgets the cluster; the cluster itself is not touched. It goes on by itself, also when you leave, or the
server is started again. Asked for again it goes on with what has failed or was stopped.

With --force the cluster is declared lost and forgotten: rollouts go on without it, and what runs in it stays, as is
printed. With --json what has begun is printed, and not followed.`,
      );
  },
  async run(invocation) {
    const { shell, style, args, options, own, connect } = invocation;
    const [cluster = ""] = args;
    const { yes = false, force = false, cancel = false, wait: follow } = own<Options>();
    if (force && cancel)
      throw new CommandFailure("usage", "--force and --cancel are opposites.", { exitCode: exitCode.usage });
    const connected = await connect();
    const { client } = connected;
    if (cancel) return keep(invocation, connected, cluster, follow);
    const known = (await client.listClusters()).items.find(({ name }) => name === cluster);
    if (force && known?.reachable === true && !yes)
      throw new CommandFailure("cluster-reachable", `${cluster} answers: its services can leave it in order.`, {
        exitCode: exitCode.usage,
        advice: `fairway cluster remove ${cluster}; or add --yes to leave everything in it as it is`,
      });
    // One that is not there is the server's to refuse.
    if (known !== undefined) {
      const services = counted(known.services, "service");
      await confirmName(shell, {
        what: force
          ? `Forget the cluster ${cluster} with the ${services} in it.`
          : `Remove the cluster ${cluster}: ${services} will leave it.`,
        name: cluster,
        yes,
      });
    }
    const { removed, fleet, leftBehind } = await client.removeCluster({
      params: { cluster },
      query: force ? { force: "true" } : {},
    });
    if (options.json === true) {
      printJson(shell, { cluster, removed, ...(fleet === undefined ? {} : { fleet }), leftBehind });
      return exitCode.done;
    }
    if (removed) {
      printLines(shell, [`${style.good("✓")} ${style.strong(cluster)} is forgotten`]);
      if (leftBehind.length > 0)
        printLines(shell, [
          `  These stay in it; should it come back: kubectl delete namespace ${leftBehind.map(({ namespace }) => namespace).join(" ")}`,
          ...leftBehind.map(({ service, namespace }) => `    ${service}, in the namespace ${namespace}`),
        ]);
      return exitCode.done;
    }
    const flag = known === undefined ? "" : ` --env ${known.environment}`;
    if (fleet !== undefined) {
      printLines(shell, [`  services leave ${style.strong(cluster)} by fleet rollout ${fleet}`]);
      const followed = follow ? await followFleet(invocation, connected, { flag }, fleet) : exitCode.done;
      if (followed === exitCode.interrupted) return followed;
    }
    if (follow && (await isForgotten(connected, cluster))) {
      printLines(shell, [`${style.good("✓")} ${style.strong(cluster)} is empty, and forgotten`]);
      return exitCode.done;
    }
    if (!follow) {
      printLines(shell, [
        `  It is forgotten when it is empty. Follow it: ${style.accent(`fairway fleet --follow${flag}`)}`,
      ]);
      return exitCode.done;
    }
    printLines(shell, [
      `${style.bad("✗")} ${style.strong(cluster)} is not empty yet. What holds it up: fairway fleet${flag}; fairway rollouts${flag}`,
      `  Mend that, then once more: fairway cluster remove ${cluster}`,
      `  Where it will not come back: fairway cluster remove ${cluster} --force; to keep it: fairway cluster remove ${cluster} --cancel`,
    ]);
    return exitCode.failed;
  },
};

async function keep(invocation: Invocation, connected: Connected, cluster: string, follow: boolean): Promise<number> {
  const { shell, style, options } = invocation;
  const kept = await connected.client.keepCluster({ params: { cluster } });
  if (options.json === true) {
    printJson(shell, kept);
    return exitCode.done;
  }
  printLines(shell, [`${style.good("✓")} ${style.strong(cluster)} stays a cluster of ${kept.environment}`]);
  if (kept.fleet === undefined) return exitCode.done;
  const flag = ` --env ${kept.environment}`;
  const what = "services come back to it";
  return tellFleet(invocation, connected, { what, number: kept.fleet, flag, follow });
}

/** The server forgets it by itself; that is soon when nothing is in it. */
async function isForgotten({ client }: Connected, cluster: string): Promise<boolean> {
  for (const end = Date.now() + patience; ; ) {
    const found = (await client.listClusters()).items.find(({ name }) => name === cluster);
    if (found === undefined) return true;
    if (found.services > 0 || Date.now() > end) return false;
    await pause(interval);
  }
}
