import { ApiProblem } from "@fairway/api";
import type { Snapshot } from "@fairway/images";
import { type ServiceSpec, specFor } from "@fairway/spec";
import { checkEntry } from "../app-file/check-entry.ts";
import { parseAppFile, refuseUndeliverable } from "../app-file/parse-app-file.ts";
import { type AppFile, readAppFile } from "../app-file/read-app-file.ts";
import { readKubernetesFiles } from "../app-file/read-kubernetes-files.ts";
import type { Invocation } from "../command.ts";
import type { Connected } from "../connection/connect.ts";
import { type Environment, environmentOf } from "../connection/environment.ts";
import { releaseLines } from "../screens/step-line.ts";
import { printable, shortRelease } from "../terminal/text.ts";
import { buildService } from "./build-service.ts";
import { pushImage } from "./push-image.ts";
import { readCommit } from "./read-commit.ts";
import type { StepPrinter } from "./step-printer.ts";
import { uploadSnapshot } from "./upload-snapshot.ts";

/** Milliseconds for making a release: the server asks a registry, more than once when that is slow. */
const releaseLimit = 180_000;

/** A service's folder, checked for one environment of the server. */
export interface ServiceFolder {
  readonly connected: Connected;
  readonly environment: Environment;
  readonly file: AppFile;
  readonly kubernetes: Readonly<Record<string, string>>;
  readonly spec: ServiceSpec;
}

/** Reads and checks it. Throws `CommandFailure` for what a server would refuse. */
export async function readServiceFolder(invocation: Invocation, where: string): Promise<ServiceFolder> {
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
  return { connected, environment, file, kubernetes, spec };
}

/**
 * Builds the folder, uploads what changed, and lets the server make the release; nothing is rolled out.
 *
 * @returns the release's whole name
 */
export async function makeRelease(
  { shell, style }: Invocation,
  { connected, environment, file, kubernetes, spec }: ServiceFolder,
  steps: StepPrinter,
  event: (value: Readonly<Record<string, unknown>>) => void,
  signal: AbortSignal,
): Promise<string> {
  let snapshot: Snapshot | undefined;
  try {
    // A ready image is neither built nor uploaded.
    if (spec.build.image === undefined) snapshot = await buildService(file.folder, spec, steps, signal);
    const built = snapshot;
    const send = async (it: Snapshot) =>
      event({ type: "upload", digest: it.digest, sent: await uploadSnapshot(connected, it, steps, signal) });
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
      await withSnapshot(() => pushImage(connected, request, steps, event, signal));
    }
    const commit = await readCommit(file.folder);
    const { release, previous, changes, warnings } = await withSnapshot(() =>
      client.createRelease({
        body: {
          ...body,
          ...(built === undefined ? {} : { snapshot: built.digest }),
          ...(commit === undefined ? {} : { commit }),
        },
        signal: signal,
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
    return release.name;
  } finally {
    await snapshot?.remove();
  }
}
