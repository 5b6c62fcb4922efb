import { randomUUID } from "node:crypto";
import { ApiProblem } from "@fairway/api";
import type { Snapshot } from "@fairway/images";
import { type ServiceSpec, specFor } from "@fairway/spec";
import { checkEntry } from "../app-file/check-entry.ts";
import { parseAppFile, refuseUndeliverable } from "../app-file/parse-app-file.ts";
import { type AppFile, readAppFile } from "../app-file/read-app-file.ts";
import { readKubernetesFiles } from "../app-file/read-kubernetes-files.ts";
import { type CliCommand, examples, type Invocation } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Connected } from "../connection/connect.ts";
import { type Environment, environmentOf } from "../connection/environment.ts";
import { buildService } from "../deploy/build-service.ts";
import { pushImage } from "../deploy/push-image.ts";
import { readCommit } from "../deploy/read-commit.ts";
import { stepPrinter } from "../deploy/step-printer.ts";
import { uploadSnapshot } from "../deploy/upload-snapshot.ts";
import { detach, followRollout } from "../rollout/follow-rollout.ts";
import { whenBusyOf, whenBusyOptions } from "../rollout/when-busy.ts";
import { headLine, releaseLines } from "../screens/step-line.ts";
import { printable, shortRelease } from "../terminal/text.ts";

/** Milliseconds for making a release: the server asks a registry, more than once when that is slow. */
const releaseLimit = 180_000;

export const deploy: CliCommand = {
  define(command) {
    whenBusyOptions(command)
      .argument("[dir]", "folder with the app.toml", ".")
      .option("--no-wait", "end when the rollout has started")
      .addHelpText(
        "after",
        `${examples("fairway deploy", "fairway deploy services/user --env staging", "fairway deploy --supersede", "fairway deploy --json | jq -r .type")}

Builds the folder in a clean copy, uploads what changed, and rolls the release out to every cluster of the
environment: everywhere, or the old release stays everywhere. Ctrl-C detaches, the rollout goes on.
For registered clusters the server makes an image and pushes it to the environment's registry (fairway help registry
add). With [build] image in app.toml nothing is built: that image runs, as its tag stands when the release is made.`,
      );
  },
  async run(invocation) {
    const [where = "."] = invocation.args;
    const file = await readAppFile(invocation.shell, where);
    // What can be said without a server is said without one.
    parseAppFile(file);
    const kubernetes = readKubernetesFiles(file.folder);
    const connected = await invocation.connect();
    const environment = await environmentOf(connected, invocation.options.env);
    const appToml = parseAppFile(file, environment.all);
    refuseUndeliverable(file, appToml, environment.name);
    const spec = specFor(appToml, environment.name);
    await checkEntry(file.folder, spec);
    return deployService(invocation, connected, environment, { file, kubernetes }, spec);
  },
};

async function deployService(
  invocation: Invocation,
  connected: Connected,
  environment: Environment,
  { file, kubernetes }: { readonly file: AppFile; readonly kubernetes: Readonly<Record<string, string>> },
  spec: ServiceSpec,
): Promise<number> {
  const { shell, style, options } = invocation;
  const json = options.json === true;
  const event = (value: Readonly<Record<string, unknown>>) => {
    if (json) shell.out.write(`${JSON.stringify(value)}\n`);
  };
  const steps = stepPrinter(invocation);
  steps.print([
    headLine(
      {
        service: spec.name,
        replicas: typeof spec.replicas === "number" ? spec.replicas : spec.replicas.min,
        clusters: environment.clusters,
        environment: environment.name,
      },
      shell.out.width,
      style,
    ),
  ]);

  const interrupt = new AbortController();
  const stopListening = shell.onInterrupt(() => interrupt.abort(stopped()));
  let snapshot: Snapshot | undefined;
  try {
    // A ready image is neither built nor uploaded.
    if (spec.build.image === undefined) snapshot = await buildService(file.folder, spec, steps, interrupt.signal);
    const built = snapshot;
    const send = async (it: Snapshot) =>
      event({ type: "upload", digest: it.digest, sent: await uploadSnapshot(connected, it, steps, interrupt.signal) });
    if (built !== undefined) {
      const { digest, files, bytes } = built;
      event({ type: "snapshot", digest, files, bytes, build: built.build ?? null });
      await send(built);
    }

    const { client } = connected;
    const body = { environment: environment.name, appToml: file.text, kubernetes };
    /** The server may have had the snapshot when it was asked, and have let go of it since: what needed it got too old. */
    const withSnapshot = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      try {
        return await work();
      } catch (error) {
        if (built === undefined || !(error instanceof ApiProblem && error.code === "snapshot-unknown")) throw error;
        await send(built);
        return work();
      }
    };
    if (built !== undefined && environment.registry !== undefined) {
      const request = { ...body, snapshot: built.digest };
      await withSnapshot(() => pushImage(connected, request, steps, event, interrupt.signal));
    }
    const commit = await readCommit(file.folder);
    const { release, previous, changes, warnings } = await withSnapshot(() =>
      client.createRelease({
        body: {
          ...body,
          ...(built === undefined ? {} : { snapshot: built.digest }),
          ...(commit === undefined ? {} : { commit }),
        },
        signal: interrupt.signal,
        timeout: releaseLimit,
      }),
    );
    event({ type: "release", release: release.name, previous: previous ?? null, changes, warnings });
    steps.print(
      releaseLines(
        {
          name: shortRelease(release.name),
          previous: previous === undefined ? undefined : shortRelease(previous),
          changes: changes.map(printable),
        },
        shell.out.width,
        style,
      ),
    );
    steps.print(warnings.map((warning) => `  ${style.doubtful("!")} ${printable(warning)}`));
    interrupt.signal.throwIfAborted();
    // From here on the server drives it; stopping halfway would only hide that.
    const rollout = await client.createRollout({
      body: {
        service: spec.name,
        environment: environment.name,
        release: release.name,
        idempotencyKey: randomUUID(),
        whenBusy: whenBusyOf(invocation.own()),
      },
    });
    await built?.remove();
    if (interrupt.signal.aborted) return detach(rollout.number, { shell, style, connected, json });
    if (invocation.own<{ wait: boolean }>().wait === false) {
      event({ type: "started", rollout: rollout.number });
      if (!json)
        shell.out.write(
          `\nRollout ${rollout.number} has started. Follow it: ${style.accent(`fairway rollouts ${rollout.number} --follow`)}\n`,
        );
      return exitCode.done;
    }
    return await followRollout(rollout.number, { shell, style, connected, json, environmentFlag: environment.flag });
  } finally {
    steps.clear();
    stopListening();
    await snapshot?.remove();
  }
}

function stopped(): CommandFailure {
  return new CommandFailure("interrupted", "Stopped; nothing was rolled out.", { exitCode: exitCode.interrupted });
}
