import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type CliCommand, examples, printJson } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { environmentOf } from "../connection/environment.ts";

interface Options extends Readonly<Record<string, unknown>> {
  readonly kubeconfig: string;
  readonly context?: string;
  readonly addressTemplate?: string;
}

export const clusterAdd: CliCommand = {
  define(command) {
    command
      .argument("<name>", "how Fairway is to call it")
      .requiredOption("--kubeconfig <file>", "kubeconfig with an entry for the cluster")
      .option("--context <name>", "entry of the kubeconfig; its current one by default")
      .option("--address-template <template>", "how services reach each other, with {service}, {namespace}, {number}")
      .addHelpText(
        "after",
        examples("fairway cluster add gamma --kubeconfig ~/.kube/config --context gamma --env prod"),
      );
  },
  async run({ shell, style, args, options, own, connect }) {
    const [name = ""] = args;
    const { kubeconfig, context, addressTemplate } = own<Options>();
    const path = resolve(shell.folder, kubeconfig);
    const text = await readFile(path, "utf8").catch((cause: unknown) => {
      throw new CommandFailure("usage", `The kubeconfig cannot be read: ${path}`, { exitCode: exitCode.usage, cause });
    });
    const connected = await connect();
    // A new cluster may also begin a new environment.
    const environment = options.env ?? (await environmentOf(connected, undefined)).name;
    const cluster = await connected.client.addCluster({
      body: {
        name,
        environment,
        kubeconfig: text,
        ...(context === undefined ? {} : { context }),
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
