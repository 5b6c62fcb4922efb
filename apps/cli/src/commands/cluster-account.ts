import { accountYaml } from "@fairway/kube";
import { parseAllDocuments } from "yaml";
import { type CliCommand, examples } from "../command.ts";
import { exitCode } from "../command-failure.ts";

/** Prints what the owner of a cluster applies to let Fairway in; needs no server. */
export const clusterAccount: CliCommand = {
  define(command) {
    command.addHelpText(
      "after",
      `${examples("fairway cluster account", "fairway cluster account | kubectl apply -f -")}

A namespace fairway-system with a service account that may do what Fairway needs and nothing else, and the Secret
fairway-token with its token, which goes into the kubeconfig for: fairway cluster add`,
    );
  },
  async run({ shell, options }) {
    if (options.json === true) {
      const items = parseAllDocuments(accountYaml()).map((document) => document.toJS());
      // As kubectl takes it.
      shell.out.write(`${JSON.stringify({ apiVersion: "v1", kind: "List", items }, null, 2)}\n`);
    } else shell.out.write(accountYaml());
    return exitCode.done;
  },
};
