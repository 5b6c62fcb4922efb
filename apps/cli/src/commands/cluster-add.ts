import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { type CliCommand, examples, printJson } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { environmentOf } from "../connection/environment.ts";
import type { Shell } from "../terminal/shell.ts";

interface Options extends Readonly<Record<string, unknown>> {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly account?: boolean;
  readonly addressTemplate?: string;
}

export const clusterAdd: CliCommand = {
  define(command) {
    command
      .argument("<name>", "how Fairway is to call it")
      .option("--kubeconfig <file>", "kubeconfig with an entry for the cluster; by default the one that kubectl takes")
      .option("--context <name>", "entry of the kubeconfig; its current one by default")
      .option("--account", "make Fairway's own account there first, and register that instead of your own")
      .option("--address-template <template>", "how services reach each other, with {service}, {namespace}, {number}")
      .addHelpText(
        "after",
        `${examples(
          "fairway cluster add berlin --context berlin --account --env prod",
          "fairway cluster add berlin --kubeconfig berlin.yaml --env prod",
        )}

With --account you need the right to create cluster roles, once: what is made in the cluster is what fairway cluster
account prints, and only that account's token goes to the server. Your own credentials stay here.`,
      );
  },
  async run({ shell, style, args, options, own, connect }) {
    const [name = ""] = args;
    const { kubeconfig, context, account, addressTemplate } = own<Options>();
    const path = kubeconfig === undefined ? usualKubeconfig(shell) : resolve(shell.folder, kubeconfig);
    const text = await readFile(path, "utf8").catch((cause: unknown) => {
      throw new CommandFailure("usage", `The kubeconfig cannot be read: ${path}`, { exitCode: exitCode.usage, cause });
    });
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
    if (options.json === true) printJson(shell, cluster);
    else
      shell.out.write(
        `${style.good("✓")} ${style.strong(cluster.name)} is a cluster of ${cluster.environment}${cluster.version === undefined ? "" : `, Kubernetes ${cluster.version}`}\n`,
      );
    return exitCode.done;
  },
};

/** `$KUBECONFIG`, or the file in the home folder, as kubectl takes it. */
function usualKubeconfig({ environment, folder }: Shell): string {
  const named = environment["KUBECONFIG"];
  if (named?.includes(delimiter) === true)
    throw new CommandFailure("usage", "KUBECONFIG names several files.", {
      exitCode: exitCode.usage,
      advice: "say which one has the cluster: --kubeconfig <file>",
    });
  return resolve(folder, named || join(environment["HOME"] ?? homedir(), ".kube/config"));
}

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
