import { type CliCommand, examples, printJson } from "../command.ts";
import { exitCode } from "../command-failure.ts";
import { confirmName } from "../terminal/confirm-name.ts";

export const clusterStop: CliCommand = {
  define(command) {
    command
      .argument("<name>", "the cluster")
      .addHelpText(
        "after",
        `${examples("fairway cluster stop beta")}\n\nMakes an embedded cluster unreachable, for trying what happens.`,
      );
  },
  async run({ shell, style, args, options, connect }) {
    const [cluster = ""] = args;
    const { client } = await connect();
    await client.stopCluster({ params: { cluster } });
    if (options.json === true) printJson(shell, { cluster, stopped: true });
    else
      shell.out.write(
        `${style.good("✓")} ${style.strong(cluster)} is stopped. Start it again: ${style.accent(`fairway cluster start ${cluster}`)}\n`,
      );
    return exitCode.done;
  },
};

export const clusterStart: CliCommand = {
  define(command) {
    command.argument("<name>", "the cluster").addHelpText("after", examples("fairway cluster start beta"));
  },
  async run({ shell, style, args, options, connect }) {
    const [cluster = ""] = args;
    const { client } = await connect();
    await client.startCluster({ params: { cluster } });
    if (options.json === true) printJson(shell, { cluster, stopped: false });
    else
      shell.out.write(`${style.good("✓")} ${style.strong(cluster)} starts. See: ${style.accent("fairway clusters")}\n`);
    return exitCode.done;
  },
};

export const clusterRemove: CliCommand = {
  define(command) {
    command
      .argument("<name>", "the cluster")
      .option("-y, --yes", "do not ask")
      .addHelpText(
        "after",
        `${examples("fairway cluster remove gamma", "fairway cluster remove gamma --yes")}\n\nForgets a registered cluster that runs nothing any more; the cluster itself is not touched.`,
      );
  },
  async run({ shell, style, args, options, own, connect }) {
    const [cluster = ""] = args;
    const { client } = await connect();
    await confirmName(shell, {
      what: `Forget the cluster ${cluster}.`,
      name: cluster,
      yes: own<{ yes?: boolean }>().yes === true,
    });
    await client.removeCluster({ params: { cluster } });
    if (options.json === true) printJson(shell, { cluster, removed: true });
    else shell.out.write(`${style.good("✓")} ${style.strong(cluster)} is forgotten\n`);
    return exitCode.done;
  },
};
