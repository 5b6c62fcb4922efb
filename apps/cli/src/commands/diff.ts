import type { DeployDiff } from "@fairway/api";
import type { Snapshot } from "@fairway/images";
import { specFor } from "@fairway/spec";
import { checkEntry } from "../app-file/check-entry.ts";
import { parseAppFile } from "../app-file/parse-app-file.ts";
import { readAppFile } from "../app-file/read-app-file.ts";
import { readKubernetesFiles } from "../app-file/read-kubernetes-files.ts";
import { type CliCommand, examples, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { environmentOf } from "../connection/environment.ts";
import { buildService } from "../deploy/build-service.ts";
import { stepPrinter } from "../deploy/step-printer.ts";
import { uploadSnapshot } from "../deploy/upload-snapshot.ts";
import { diffScreen } from "../screens/diff-screen.ts";

/** Milliseconds: clusters are asked side by side, a registry perhaps before them. */
const diffLimit = 90_000;

interface DiffOptions extends Readonly<Record<string, unknown>> {
  readonly build?: boolean;
  readonly full?: boolean;
  readonly exitCode?: boolean;
}

export const diff: CliCommand = {
  define(command) {
    command
      .argument("[dir]", "folder with the app.toml, a file, or - for standard input", ".")
      .option("--build", "build and upload the folder first, to compare its code too")
      .option("--full", "cut nothing")
      .option("--exit-code", `end with ${exitCode.different} when there are changes`)
      .addHelpText(
        "after",
        `${examples("fairway diff", "fairway diff --build", "fairway diff services/user --env staging --exit-code", "fairway diff --json | jq '.clusters[].objects[].fields[].path'")}

What a deploy would change, in each cluster and field, against what runs there now: the clusters say it themselves
(server-side dry run), so that defaults are no change, and nothing is changed by asking. Right after a deploy there
is none. Without --build the code that runs now is taken. Values that may be secret are never shown.

Marks: + new, ~ changed, - gone, ! what it does to who uses the service: restarts all pods, shrinks something, loses
a public host, or changes a field that cannot be changed.

With --json: {service, environment, active, release, code, notes, clusters: [{cluster, compared, unchanged,
objects: [{change, apiVersion, kind, namespace, name, insteadOf, fields: [{path, change, from, to, hidden}],
risks: [{code, why, path}]}], problems: [{code, message, advice, object}]}]}.

Exit codes: 0 done, 1 a cluster could not be compared, ${exitCode.different} there are changes (with --exit-code only).`,
      );
  },
  async run(invocation) {
    const { shell, style, options, args } = invocation;
    const own = invocation.own<DiffOptions>();
    const [where = "."] = args;
    const file = await readAppFile(shell, where);
    parseAppFile(file);
    const kubernetes = where === "-" ? {} : readKubernetesFiles(file.folder);
    const connected = await invocation.connect();
    const environment = await environmentOf(connected, options.env);
    const spec = specFor(parseAppFile(file, environment.all), environment.name);

    let snapshot: Snapshot | undefined;
    const steps = stepPrinter(invocation);
    const interrupt = new AbortController();
    const stopListening = shell.onInterrupt(() => interrupt.abort(stopped()));
    let found: DeployDiff;
    try {
      if (own.build === true && spec.build.image === undefined) {
        await checkEntry(file.folder, spec);
        snapshot = await buildService(file.folder, spec, steps, interrupt.signal);
        await uploadSnapshot(connected, snapshot, steps, interrupt.signal);
      }
      found = await steps.during(
        () => ({ word: "comparing", detail: environment.clusters.join(", ") }),
        () =>
          connected.client.diff({
            body: {
              environment: environment.name,
              appToml: file.text,
              kubernetes,
              ...(snapshot === undefined ? {} : { snapshot: snapshot.digest }),
            },
            signal: interrupt.signal,
            timeout: diffLimit,
          }),
      );
    } finally {
      steps.clear();
      stopListening();
      await snapshot?.remove();
    }
    if (options.json === true) printJson(shell, found);
    else printLines(shell, [...diffScreen(found, { width: shell.out.width, style, full: own.full === true })]);
    if (found.clusters.some(({ compared }) => !compared)) return exitCode.failed;
    const isSame = found.clusters.every(({ objects }) => objects.length === 0);
    return own.exitCode === true && !isSame ? exitCode.different : exitCode.done;
  },
};

function stopped(): CommandFailure {
  return new CommandFailure("interrupted", "Stopped; nothing was changed.", { exitCode: exitCode.interrupted });
}
