import { type CliCommand, examples, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";

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

export const clusterLost: CliCommand = {
  define(command) {
    command
      .argument("<name>", "the cluster")
      .option("-y, --yes", "also when it answers")
      .addHelpText(
        "after",
        `${examples("fairway cluster lost beta", "fairway cluster found beta")}

For a cluster that is away and will not be back soon: rollouts go on without it, also those that are under way, and it takes
no traffic. When it is back it is brought to what is active; fairway cluster found gives it traffic again.`,
      );
  },
  async run({ shell, style, args, options, own, connect }) {
    const [name = ""] = args;
    const { client } = await connect();
    const known = (await client.listClusters()).items.find((one) => one.name === name);
    if (known?.reachable === true && known.lost === undefined && own<{ yes?: boolean }>().yes !== true)
      throw new CommandFailure("cluster-reachable", `${name} answers: it is not lost.`, {
        exitCode: exitCode.usage,
        advice: `add --yes to go on without it all the same; what is wrong with it: fairway clusters`,
      });
    const { rollouts, lost } = await client.loseCluster({ params: { cluster: name } });
    if (options.json === true) printJson(shell, { cluster: name, lost: lost ?? null, rollouts });
    else
      printLines(shell, [
        `${style.good("✓")} ${style.strong(name)} is lost: rollouts go on without it, and it takes no traffic`,
        ...(rollouts.length === 0 ? [] : [`  told to go on without it: rollout ${rollouts.join(", ")}`]),
        `  When it is back: ${style.accent(`fairway cluster found ${name}`)}`,
      ]);
    return exitCode.done;
  },
};

export const clusterFound: CliCommand = {
  define(command) {
    command.argument("<name>", "the cluster").addHelpText(
      "after",
      `${examples("fairway cluster found beta")}

Takes a lost cluster back. It takes the traffic of a service as soon as it has the release that is active.`,
    );
  },
  async run({ shell, style, args, options, connect }) {
    const [name = ""] = args;
    const { client } = await connect();
    const { reachable } = await client.findCluster({ params: { cluster: name } });
    if (options.json === true) printJson(shell, { cluster: name, lost: null, reachable });
    else
      printLines(shell, [
        `${style.good("✓")} ${style.strong(name)} is no longer lost${reachable ? "" : "; it does not answer yet"}. See: ${style.accent("fairway clusters")}`,
      ]);
    return exitCode.done;
  },
};
