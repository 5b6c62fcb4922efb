import { createHash } from "node:crypto";
import { anywhereInputs, formatDocuments, renderAnywhere } from "@fairway/manifests";
import { builtinProfile, type ProfileSettings, type ServiceSpec, settingsFor, specFor } from "@fairway/spec";
import { parseAppFile } from "../app-file/parse-app-file.ts";
import { type AppFile, readAppFile } from "../app-file/read-app-file.ts";
import { readHatch } from "../app-file/read-hatch.ts";
import { readKubernetesFiles } from "../app-file/read-kubernetes-files.ts";
import { type CliCommand, examples, type Invocation, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

interface RenderOptions extends Readonly<Record<string, unknown>> {
  readonly profile?: string;
  readonly all?: boolean;
  readonly diff?: boolean;
  readonly full?: boolean;
}

export const render: CliCommand = {
  define(command) {
    command
      .argument("[dir]", "folder with the app.toml, a file, or - for standard input", ".")
      .option("--profile <file>", "with this profile instead of the built-in one")
      .option("--all", "with --diff: every service of the server, made anew")
      .option("--diff", "with --all: what would change for them")
      .option("--full", "with --all: cut nothing")
      .addHelpText(
        "after",
        `${examples("fairway render", "fairway render services/user --env staging", "fairway render --profile profile.toml", "fairway render --json | jq '.objects[].kind'", "fairway render --all --diff")}

Prints the Kubernetes objects of an environment (prod by default) as YAML, in the order in which they are applied,
with the built-in profile and Kubernetes addresses. Needs no server: the image's digest is left open.

With --all --diff the server makes every service anew from what its team deployed last, with the profile that holds or
--profile, and tells what would change: what a new version of the platform does. Changes nothing.`,
      );
  },
  async run(invocation) {
    const { shell, args, options } = invocation;
    const own = invocation.own<RenderOptions>();
    if (own.all !== undefined || own.diff !== undefined) return diffAll(invocation, own);
    const file = await readAppFile(shell, args[0] ?? ".");
    const environment = options.env ?? "prod";
    const spec = specFor(parseAppFile(file), environment);
    const kubernetes = args[0] === "-" ? {} : readKubernetesFiles(file.folder);
    const profile = own.profile === undefined ? builtinProfile : await settingsOf(own.profile, spec, file, invocation);
    const hatch =
      spec.kubernetes.patches.length === 0 && Object.keys(kubernetes).length === 0
        ? undefined
        : await readHatch(file, kubernetes);
    const inputs = anywhereInputs({ environment, spec, extras: hatch?.objects ?? [], profile });
    hatch?.refuseIssues(inputs, sha256);
    const objects = renderAnywhere(inputs, sha256);
    if (options.json === true) printJson(shell, { service: spec.name, environment, objects });
    else shell.out.write(formatDocuments(objects));
    return exitCode.done;
  },
};

/** The profile's settings for a service, unless it breaks the profile's rules. */
async function settingsOf(
  where: string,
  spec: ServiceSpec,
  file: AppFile,
  { shell, options }: Pick<Invocation, "shell" | "options">,
): Promise<ProfileSettings> {
  const [{ readProfileFile }, { refuseBrokenRules }] = await Promise.all([
    import("../profile-file/read-profile-file.ts"),
    import("../profile-file/refuse-broken-rules.ts"),
  ]);
  const environment = options.env ?? "prod";
  const { profile } = await readProfileFile(shell, where);
  const settings = settingsFor(profile, { environment, cluster: undefined, service: spec.name });
  refuseBrokenRules(spec, settings, environment, file);
  return settings;
}

/** What this version of the platform, or a profile, would change for every service. */
async function diffAll(invocation: Invocation, own: RenderOptions): Promise<number> {
  const { shell, style, options, args } = invocation;
  if (own.all !== true || own.diff !== true || (args[0] !== undefined && args[0] !== "."))
    throw new CommandFailure("usage", "--all and --diff go together, and without a folder.", {
      exitCode: exitCode.usage,
      advice: "fairway render --all --diff; for one service: fairway diff",
    });
  const [{ preview }, { previewScreen }, { readProfileFile }] = await Promise.all([
    import("../profile-file/preview.ts"),
    import("../screens/preview-screen.ts"),
    import("../profile-file/read-profile-file.ts"),
  ]);
  const text = own.profile === undefined ? {} : { text: (await readProfileFile(shell, own.profile)).text };
  const connected = await invocation.connect();
  const environment = options.env === undefined ? {} : { environment: options.env };
  const found = await preview(invocation, connected, { ...text, ...environment });
  if (options.json !== true) printLines(shell, previewScreen(found, style, shell.out.width, own.full === true));
  return exitCode.done;
}
