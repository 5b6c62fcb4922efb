import { createHash } from "node:crypto";
import {
  formatDocuments,
  placeInSlot,
  type ReleaseInputs,
  releaseName,
  render as renderRelease,
} from "@fairway/manifests";
import { builtinProfile, specFor } from "@fairway/spec";
import { parseAppFile } from "../app-file/parse-app-file.ts";
import { readAppFile } from "../app-file/read-app-file.ts";
import { type CliCommand, examples, printJson } from "../command.ts";
import { exitCode } from "../command-failure.ts";

const kubernetesAddress = "http://{service}.{namespace}.svc.cluster.local";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

export const render: CliCommand = {
  define(command) {
    command.argument("[dir]", "folder with the app.toml, a file, or - for standard input", ".").addHelpText(
      "after",
      `${examples("fairway render", "fairway render services/user --env staging", "fairway render --json | jq '.objects[].kind'")}

Prints the Kubernetes objects of an environment (prod by default) as YAML, in the order in which they are applied,
with the built-in profile and Kubernetes addresses. Needs no server: the image's digest is left open.`,
    );
  },
  async run({ shell, args, options }) {
    const file = await readAppFile(shell, args[0] ?? ".");
    const environment = options.env ?? "prod";
    const spec = specFor(parseAppFile(file), environment);
    const inputs: ReleaseInputs = {
      environment,
      spec,
      namespace: spec.name,
      clusters: [
        {
          name: "kubernetes",
          addressTemplate: kubernetesAddress,
          image: spec.build.image ?? `snapshot.fairway.dev/${spec.name}@sha256:${"0".repeat(64)}`,
          pullSecret: false,
          lead: true,
          profile: builtinProfile,
        },
      ],
      numbers: {},
      namespaces: {},
      extras: [],
    };
    const objects = placeInSlot(renderRelease(inputs, sha256)["kubernetes"] ?? [], "a", releaseName(inputs, sha256));
    if (options.json === true) printJson(shell, { service: spec.name, environment, objects });
    else shell.out.write(formatDocuments(objects));
    return exitCode.done;
  },
};
