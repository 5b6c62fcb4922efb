import { chmod, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type CliCommand, examples, printJson } from "../command.ts";
import { exitCode } from "../command-failure.ts";

export const kubeconfig: CliCommand = {
  define(command) {
    command
      .argument("<cluster>", "its name")
      .option("-o, --output <file>", "write it to a file that only you can read")
      .addHelpText(
        "after",
        examples(
          "fairway kubeconfig alpha -o alpha.yaml && kubectl --kubeconfig alpha.yaml get pods -A",
          "kubectl --kubeconfig <(fairway kubeconfig alpha) -n user get pods",
        ),
      );
  },
  async run({ shell, style, args, options, own, connect }) {
    const [cluster = ""] = args;
    const { client } = await connect();
    const text = await client.clusterKubeconfig({ params: { cluster } });
    const { output } = own<{ output?: string }>();
    if (output !== undefined) {
      const path = resolve(shell.folder, output);
      await writeFile(path, text, { mode: 0o600 });
      await chmod(path, 0o600);
      if (options.json === true) printJson(shell, { cluster, file: path });
      else
        shell.out.write(
          `${style.good("✓")} ${output}: ${style.accent(`kubectl --kubeconfig ${output} get pods -A`)}\n`,
        );
    } else if (options.json === true) printJson(shell, { cluster, kubeconfig: text });
    else shell.out.write(text.endsWith("\n") ? text : `${text}\n`);
    return exitCode.done;
  },
};
