import type { Adoption, AdoptionPreview } from "@fairway/api";
import { type CliCommand, examples, type Invocation, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Connected } from "../connection/connect.ts";
import type { Environment } from "../connection/environment.ts";
import { makeRelease, readServiceFolder } from "../deploy/make-release.ts";
import { stepPrinter } from "../deploy/step-printer.ts";
import { adoptionLine, decisionLines, findingLines, planLines, waitingLines } from "../screens/adoption-screen.ts";
import { confirmName } from "../terminal/confirm-name.ts";

interface Options extends Readonly<Record<string, unknown>> {
  readonly from?: string;
  readonly helm?: string;
  readonly namespace?: string;
  readonly dir: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly wait?: boolean;
}

export const adopt: CliCommand = {
  define(command) {
    command
      .argument("<service>", "its name, as in app.toml")
      .option("--from <namespace/Service>", "the Service that its callers use now")
      .option("--helm <release>", "the Helm release that has that Service; with -n")
      .option("-n, --namespace <namespace>", "of the Helm release")
      .option("--dir <dir>", "folder with the app.toml", ".")
      .option("--dry-run", "show what would be done, and what stops it; changes nothing")
      .option("-y, --yes", "do not ask")
      .option("--no-wait", "end when it has begun")
      .addHelpText(
        "after",
        `${examples("fairway adopt shop --from legacy/shop --dry-run", "fairway adopt shop --from legacy/shop", "fairway adopt shop --helm shop -n shop", "fairway adopt status shop", "fairway adopt confirm shop", "fairway adopt undo shop")}

Moves a live service that kubectl or Helm deployed under Fairway, without a failed request. Ours is rolled out beside the
old; then its requests go over, in all clusters or in none; then it stays so until you say \`confirm\`, which deletes the
old objects, or \`undo\`, which leads requests back to them and removes ours. Deploys in between are as always. Nothing is touched
that the dry run does not name. An app.toml for what runs is written by fairway import. Exit code 1: it went back.`,
      );
  },
  async run(invocation) {
    const { shell, style, options, args } = invocation;
    const own = invocation.own<Options>();
    const [service = ""] = args;
    const from = sourceOf(own);
    const folder = await readServiceFolder(invocation, own.dir);
    const { connected, environment, spec } = folder;
    if (spec.name !== service)
      throw new CommandFailure("usage", `The app.toml in ${own.dir} is of ${spec.name}, not of ${service}.`, {
        exitCode: exitCode.usage,
        advice: `name its folder: --dir services/${service}`,
      });
    const json = options.json === true;
    const steps = stepPrinter(invocation);
    const interrupt = new AbortController();
    const stopped = new CommandFailure("interrupted", "Stopped; nothing was changed.", {
      exitCode: exitCode.interrupted,
    });
    const stopListening = shell.onInterrupt(() => interrupt.abort(stopped));
    let release: string;
    let found: AdoptionPreview;
    const asked = () => ({ environment: environment.name, service, release, from });
    try {
      release = await makeRelease(invocation, folder, steps, () => undefined, interrupt.signal);
      found = await connected.client.previewAdoption({ body: asked(), signal: interrupt.signal });
    } finally {
      steps.clear();
      stopListening();
    }
    if (json && own.dryRun === true) printJson(shell, found);
    if (!json) {
      const { width } = shell.out;
      if (found.plan !== undefined) printLines(shell, ["", ...planLines(found.plan, style, width)]);
      if (found.findings.length > 0) printLines(shell, ["", ...findingLines(found.findings, style, width)]);
    }
    if (own.dryRun === true) return found.findings.length === 0 ? exitCode.done : exitCode.failed;
    if (found.findings.length > 0) {
      const codes = found.findings.map(({ message }) => message).join("; ");
      const why = json ? ` ${codes}` : "";
      throw new CommandFailure("adoption-not-possible", `${service} cannot be adopted yet; nothing was changed.${why}`);
    }
    await confirmName(shell, {
      what: `\nOurs is rolled out beside the old, and requests go over to it in ${environment.clusters.join(", ")}.`,
      name: service,
      yes: own.yes === true,
    });
    const begun = await connected.client.startAdoption({ body: asked() });
    if (own.wait === false) {
      if (json) printJson(shell, begun);
      else
        shell.out.write(
          `\nAdoption ${begun.number} has begun: ${style.accent(`fairway adopt status ${service}${environment.flag}`)}\n`,
        );
      return exitCode.done;
    }
    return followAdoption(invocation, connected, environment, begun.number, "moved");
  },
};

function sourceOf({ from, helm, namespace }: Options) {
  const usage = (message: string) =>
    new CommandFailure("usage", message, { exitCode: exitCode.usage, advice: "see: fairway help adopt" });
  if (from !== undefined && helm !== undefined) throw usage("Take --from or --helm, not both.");
  if (helm !== undefined) {
    if (namespace === undefined) throw usage("--helm needs the namespace of the release: -n.");
    return { namespace, helm };
  }
  const [space = "", name = "", ...rest] = (from ?? "").split("/");
  if (space === "" || name === "" || rest.length > 0)
    throw usage("Which service? --from <namespace>/<Service>, or --helm <release> -n <namespace>.");
  return { namespace: space, service: name };
}

/** Prints each state as it comes, until it has moved or ended. Ctrl-C detaches: it goes on. @param wanted where it shall come to */
export async function followAdoption(
  { shell, style, options }: Invocation,
  { client }: Connected,
  { flag }: Pick<Environment, "flag">,
  number: number,
  wanted: Adoption["state"],
): Promise<number> {
  const detached = new AbortController();
  shell.onInterrupt(() => detached.abort(new Error("detached")));
  const json = options.json === true;
  let told: readonly string[] = [];
  let last: Adoption | undefined;
  try {
    const reconnectFor = Number.POSITIVE_INFINITY;
    for await (const { data } of client.followAdoption({ params: { number }, signal: detached.signal, reconnectFor })) {
      last = data;
      // A way back is not given up because a cluster is silent, so it says which one it waits for.
      const lines = [adoptionLine(data, style), ...(data.state === "leading-back" ? waitingLines(data.plan) : [])];
      if (json) shell.out.write(`${JSON.stringify(data)}\n`);
      else
        printLines(
          shell,
          lines.filter((line) => !told.includes(line)),
        );
      told = lines;
    }
  } catch (error) {
    if (!detached.signal.aborted) throw error;
    shell.err.write(`It goes on. See it: fairway adopt status${flag}\n`);
    return exitCode.interrupted;
  }
  if (last?.state === "moved" && !json) printLines(shell, ["", ...decisionLines(last.service, flag)]);
  return last?.state === wanted && last.reason === undefined ? exitCode.done : exitCode.failed;
}
