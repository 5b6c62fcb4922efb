import { createHash } from "node:crypto";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { formatReport, type ImportInput, type ImportResult, importManifests, type ManifestFile } from "@fairway/intake";
import { formatIssues, type Profile, parseProfile } from "@fairway/spec";
import { type CliCommand, examples, printJson } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { readKubeconfig } from "../connection/read-kubeconfig.ts";
import { readManifests } from "../manifests/read-manifests.ts";
import { renderChart } from "../manifests/render-chart.ts";
import type { Shell } from "../terminal/shell.ts";
import { styleFor } from "../terminal/style.ts";
import { printable } from "../terminal/text.ts";

interface Options extends Readonly<Record<string, unknown>> {
  readonly out?: string;
  readonly force?: boolean;
  readonly name?: string;
  readonly profile?: string;
  readonly helm?: string;
  readonly values?: readonly string[];
  readonly context?: string;
  readonly namespace?: string;
  readonly kubeconfig?: string;
}

export const importCommand: CliCommand = {
  define(command) {
    command
      .argument("[sources...]", "files and folders of manifests, - for standard input; prod=<path> for one environment")
      .option("--out <dir>", "write there: app.toml and kubernetes/, a folder for each service where there are several")
      .option("--force", "write over files that are there")
      .option("--name <service>", "the service's name, where it is one")
      .option("--profile <file>", "the platform's profile, by which it would be rendered; else the built-in one")
      .option("--helm <chart>", "render this chart with your own helm")
      .option("--values <file...>", "values for --helm")
      .option("--context <name>", "read a running namespace: entry of your kubeconfig")
      .option("--namespace <name>", "the namespace to read")
      .option("--kubeconfig <file>", "another kubeconfig than the one that kubectl takes")
      .addHelpText(
        "after",
        `${examples(
          "fairway import k8s/ --out .",
          "helm template shop charts/shop | fairway import - --out services/shop",
          "fairway import --helm charts/shop --values prod.yaml",
          "fairway import --context berlin --namespace shop --out services",
          "fairway import prod=deploy/prod staging=deploy/staging --out .",
        )}

Reads Kubernetes manifests, a chart or what runs, and writes an app.toml for each service, with patches for the little that no
field says. The report (on standard error while app.toml is printed) tells what became of the rest: what Fairway's rules decide, what is
lost, what is left to do. Nothing is changed in the cluster; values of Secrets are never written. No server needed.`,
      );
  },
  async run({ shell, args, options, own }) {
    const given = own<Options>();
    const { inputs, forbidden } = await inputsOf(shell, args, given);
    const result = importManifests(inputs, {
      sha256: (text) => createHash("sha256").update(text).digest("hex"),
      ...(given.name === undefined ? {} : { name: given.name }),
      ...(given.profile === undefined ? {} : { profile: await readProfile(shell, given.profile) }),
    });
    const files = filesOf(result);
    const written = given.out !== undefined && result.issues.length === 0 && files.size > 0;
    if (written) await writeFiles(shell, resolve(shell.folder, given.out ?? "."), files, given.force === true);
    const code = codeOf(result);
    if (options.json === true) {
      printJson(shell, { ...result, written: written ? [...files.keys()] : [], forbidden });
      return code;
    }
    const report = written ? shell.out : shell.err;
    const style = styleFor(report, shell.environment);
    report.write(
      formatReport(withoutControls(result), { style, ...(report.isTerminal ? { width: report.width } : {}) }),
    );
    if (forbidden.length > 0) report.write(`\nNot readable with these credentials: ${forbidden.join(", ")}\n`);
    if (written) {
      const place = relative(shell.folder, resolve(shell.folder, given.out ?? ".")) || ".";
      report.write(`\n${style.good("✓")} wrote ${[...files.keys()].join(", ")} to ${place}\n`);
    } else if (result.issues.length === 0) printFiles(shell, result);
    if (
      code === exitCode.usage &&
      result.services.length === 0 &&
      result.refused.length === 0 &&
      result.issues.length === 0
    ) {
      throw new CommandFailure("nothing-to-import", "Nothing here runs: no Deployment, CronJob or other workload.", {
        exitCode: exitCode.usage,
        advice: "name the manifests that have the service's Deployment",
      });
    }
    return code;
  },
};

async function readProfile(shell: Shell, file: string): Promise<Profile> {
  const text = await readFile(resolve(shell.folder, file), "utf8").catch((cause: unknown) => {
    throw new CommandFailure("profile-missing", `The profile cannot be read: ${file}`, {
      exitCode: exitCode.usage,
      cause,
    });
  });
  const parsed = parseProfile(text);
  if (parsed.ok) return parsed.value;
  throw new CommandFailure("profile-not-valid", `${file} is not valid:`, {
    exitCode: exitCode.usage,
    lines: formatIssues(parsed.issues, text, file).trimEnd().split("\n"),
  });
}

async function inputsOf(
  shell: Shell,
  sources: readonly string[],
  { helm, values = [], context, namespace, kubeconfig }: Options,
): Promise<{ readonly inputs: readonly ImportInput[]; readonly forbidden: readonly string[] }> {
  const live = context !== undefined || namespace !== undefined;
  const ways = [sources.length > 0, helm !== undefined, live].filter(Boolean).length;
  if (ways !== 1) {
    throw new CommandFailure(
      "usage",
      ways === 0 ? "There is nothing to import." : "Manifests, --helm and --context do not go together.",
      {
        exitCode: exitCode.usage,
        advice: "name files or folders of manifests, or --helm <chart>, or --context <name> --namespace <name>",
      },
    );
  }
  if (helm !== undefined) {
    return { inputs: [{ environment: undefined, files: [await renderChart(shell, helm, values)] }], forbidden: [] };
  }
  if (live) {
    const { file, forbidden } = await readLive(shell, context, namespace, kubeconfig);
    return { inputs: [{ environment: undefined, files: [file] }], forbidden };
  }
  const named = await Promise.all(sources.map((source) => placeOf(shell, source)));
  const environments = new Set(named.map(({ environment }) => environment));
  if (environments.size > 1 && environments.has(undefined)) {
    throw new CommandFailure("usage", "Some of these name an environment and some do not.", {
      exitCode: exitCode.usage,
      advice: "write prod=<path> for each of them, or for none",
    });
  }
  const inputs: ImportInput[] = [];
  for (const environment of environments) {
    const paths = named.filter((one) => one.environment === environment).map(({ path }) => path);
    inputs.push({ environment, files: (await Promise.all(paths.map((path) => readManifests(shell, path)))).flat() });
  }
  return { inputs, forbidden: [] };
}

/** `prod=deploy/prod` is an environment and a path, unless something has this very name. */
async function placeOf(
  shell: Shell,
  source: string,
): Promise<{ readonly environment: string | undefined; readonly path: string }> {
  const [, environment, path] = /^([a-z][-a-z0-9]{0,38}[a-z0-9]|[a-z])=(.+)$/.exec(source) ?? [];
  const exists = await stat(resolve(shell.folder, source)).then(
    () => true,
    () => false,
  );
  return environment === undefined || path === undefined || exists
    ? { environment: undefined, path: source }
    : { environment, path };
}

async function readLive(
  shell: Shell,
  context: string | undefined,
  namespace: string | undefined,
  kubeconfig: string | undefined,
): Promise<{ readonly file: ManifestFile; readonly forbidden: readonly string[] }> {
  if (namespace === undefined) {
    throw new CommandFailure("usage", "Which namespace is to be read?", {
      exitCode: exitCode.usage,
      advice: "--namespace <name>",
    });
  }
  const { path, text } = await readKubeconfig(shell, kubeconfig);
  const { KubeconfigError, readNamespace } = await import("@fairway/kube");
  const source = { kubeconfig: text, directory: dirname(path), ...(context === undefined ? {} : { context }) };
  const { objects, forbidden } = await readNamespace(source, namespace).catch((cause: unknown) => {
    if (!(cause instanceof Error)) throw cause;
    throw new CommandFailure("cluster-not-read", `The namespace cannot be read: ${cause.message}`, {
      cause,
      advice:
        cause instanceof KubeconfigError
          ? "choose an entry of the kubeconfig with --context"
          : "see whether kubectl reaches it",
    });
  });
  return {
    file: { name: namespace, text: JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }) },
    forbidden,
  };
}

/** What is to be written, by its path below the folder. */
function filesOf({ services }: ImportResult): ReadonlyMap<string, string> {
  return new Map(
    services.flatMap(({ name, appToml, kubernetes }) => {
      const folder = services.length === 1 ? "" : name;
      return [
        [join(folder, "app.toml"), appToml] as const,
        ...Object.entries(kubernetes).map(([file, text]) => [join(folder, "kubernetes", file), text] as const),
      ];
    }),
  );
}

async function writeFiles(
  shell: Shell,
  out: string,
  files: ReadonlyMap<string, string>,
  force: boolean,
): Promise<void> {
  const there: string[] = [];
  for (const name of files.keys()) {
    const exists = await stat(join(out, name)).then(
      () => true,
      () => false,
    );
    if (exists && !force) there.push(relative(shell.folder, join(out, name)));
  }
  if (there.length > 0) {
    throw new CommandFailure("files-exist", `There is already: ${there.join(", ")}`, {
      exitCode: exitCode.usage,
      advice: "look first, without --out; write over them: --force",
    });
  }
  for (const [name, text] of files) {
    await mkdir(dirname(join(out, name)), { recursive: true });
    await writeFile(join(out, name), text, { flag: force ? "w" : "wx" });
  }
}

/** app.toml on standard output, so that it can be piped on; what lies in kubernetes/ is only counted by the report. */
function printFiles(shell: Shell, { services }: ImportResult): void {
  const text = services
    .map(({ name, appToml }) => (services.length === 1 ? appToml : `# ---- ${name}/app.toml\n${appToml}`))
    .join("\n");
  shell.out.write(shell.out.isTerminal ? text.split("\n").map(printable).join("\n") : text);
}

function codeOf({ services, refused, issues }: ImportResult): number {
  if (issues.length > 0) return exitCode.usage;
  if (services.length > 0) return exitCode.done;
  return refused.length > 0 ? exitCode.failed : exitCode.usage;
}

/** What manifests say may not steer the terminal of who reads the report. */
function withoutControls(result: ImportResult): ImportResult {
  return JSON.parse(JSON.stringify(result), (_key, value: unknown) =>
    typeof value === "string" ? printable(value) : value,
  );
}
