import { dirname } from "node:path";
import { type CliCommand, examples, printJson } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { environmentOf } from "../connection/environment.ts";
import { readKubeconfig } from "../connection/read-kubeconfig.ts";
import { tellFleet } from "./fleet.ts";

interface Options extends Readonly<Record<string, unknown>> {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly account?: boolean;
  readonly addressTemplate?: string;
  readonly wait: boolean;
}

export const clusterAdd: CliCommand = {
  define(command) {
    command
      .argument("<name>", "how Fairway is to call it")
      .option("--kubeconfig <file>", "kubeconfig with an entry for the cluster; by default the one that kubectl takes")
      .option("--context <name>", "entry of the kubeconfig; its current one by default")
      .option("--account", "make Fairway's own account there first, and register that instead of your own")
      .option("--address-template <template>", "how services reach each other, with {service}, {namespace}, {number}")
      .option("--no-wait", "do not wait until the services are there")
      .addHelpText(
        "after",
        `${examples(
          "fairway cluster add berlin --context berlin --account --env prod",
          "fairway cluster add berlin --kubeconfig berlin.yaml --env prod",
          "fairway cluster add berlin --context berlin --account --env prod --no-wait",
        )}

What runs in the environment is brought there, service by service and the least critical first, by a fleet rollout (fairway help
fleet start): each gets its release made anew with the new cluster, pods elsewhere stay as they are. A deploy meanwhile has the new
cluster from its first moment. A failure halts it: see why, then fairway fleet resume. It goes on by itself, also
when you leave, or the server is started again. With --json what has begun is printed, and not followed.

With --account you need the right to create cluster roles, once: what is made in the cluster is what fairway cluster
account prints, and only that account's token goes to the server. Your own credentials stay here.`,
      );
  },
  async run(invocation) {
    const { shell, style, args, options, own, connect } = invocation;
    const [name = ""] = args;
    const { kubeconfig, context, account, addressTemplate, wait: follow } = own<Options>();
    const { path, text } = await readKubeconfig(shell, kubeconfig);
    const connected = await connect();
    // A new cluster may also begin a new environment.
    const environment = options.env ?? (await environmentOf(connected, undefined)).name;
    const given = { kubeconfig: text, ...(context === undefined ? {} : { context }) };
    const cluster = await connected.client.addCluster({
      body: {
        name,
        environment,
        ...(account === true ? { kubeconfig: await accountIn(name, given, dirname(path)) } : given),
        ...(addressTemplate === undefined ? {} : { addressTemplate }),
      },
    });
    if (options.json === true) {
      printJson(shell, cluster);
      return exitCode.done;
    }
    shell.out.write(
      `${style.good("✓")} ${style.strong(cluster.name)} is a cluster of ${cluster.environment}${cluster.version === undefined ? "" : `, Kubernetes ${cluster.version}`}\n`,
    );
    if (cluster.fleet === undefined) return exitCode.done;
    const flag = ` --env ${cluster.environment}`;
    const what = "its services come there";
    return tellFleet(invocation, connected, { what, number: cluster.fleet, flag, follow });
  },
};

/** The kubeconfig of Fairway's own account, made with the rights of the given one. */
async function accountIn(name: string, given: { kubeconfig: string; context?: string }, directory: string) {
  const { KubeconfigError, makeAccount } = await import("@fairway/kube");
  return makeAccount({ name, ...given, directory }).catch((cause: unknown) => {
    if (!(cause instanceof Error)) throw cause;
    throw new CommandFailure("account-failed", `Fairway's account cannot be made in ${name}: ${cause.message}`, {
      cause,
      advice:
        cause instanceof KubeconfigError
          ? "choose an entry of the kubeconfig with --context"
          : "the kubeconfig must reach the cluster and may create cluster roles; or have its owner apply: fairway cluster account",
    });
  });
}
