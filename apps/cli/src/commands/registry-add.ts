import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type CliCommand, examples, printJson, printLines } from "../command.ts";
import { CommandFailure, exitCode } from "../command-failure.ts";
import { environmentOf } from "../connection/environment.ts";
import type { Shell } from "../terminal/shell.ts";
import { printable } from "../terminal/text.ts";

interface Options extends Readonly<Record<string, unknown>> {
  readonly dockerConfig?: string;
  readonly pullDockerConfig?: string;
  readonly certificateAuthority?: string;
  readonly plainHttp?: boolean;
  readonly base?: readonly string[];
}

/** Milliseconds: the server tries a registry that does not answer several times. */
const limit = 60_000;
const engines = ["golang", "php", "python", "node", "static"] as const;

export const registryAdd: CliCommand = {
  define(command) {
    command
      .argument("<name>", "how Fairway is to call it")
      .argument("<prefix>", "host and path; a service's images are in <prefix>/<service>")
      .option("--docker-config <file>", "credentials to push with, as docker login writes them")
      .option("--pull-docker-config <file>", "credentials for the nodes of clusters; by default those to push with")
      .option("--certificate-authority <file>", "PEM certificates to trust besides the usual ones")
      .option("--plain-http", "without TLS, for tries on one machine")
      .option("--base <engine=image...>", "what services of an engine stand on, {version} is the engine's version")
      .addHelpText(
        "after",
        `${examples(
          "fairway registry add main registry.example.com/team --env prod --docker-config ~/.docker/config.json",
          "fairway registry add main registry.example.com/team --env prod --docker-config push.json --pull-docker-config pull.json",
          "fairway registry add lab 127.0.0.1:5000/fairway --plain-http --base node=127.0.0.1:5000/base/node:{version}",
        )}

The server pushes the images of an environment's registered clusters there; who deploys needs no right to it. An
environment has one registry. Adding it again says everything about it anew; clusters get changed credentials with
the next rollout of each service. Of a Docker configuration only the entries that are needed are kept.`,
      );
  },
  async run({ shell, style, args, options, own, connect }) {
    const [registry = "", prefix = ""] = args;
    const given = own<Options>();
    const bases = basesOf(given.base ?? []);
    const dockerConfig = await read(shell, "Docker configuration", given.dockerConfig);
    const pullDockerConfig = await read(shell, "Docker configuration", given.pullDockerConfig);
    const certificateAuthority = await read(shell, "certificate authority", given.certificateAuthority);
    const connected = await connect();
    const environment = await environmentOf(connected, options.env);
    const added = await connected.client.putRegistry({
      params: { registry },
      body: {
        environment: environment.name,
        prefix,
        plainHttp: given.plainHttp === true,
        bases,
        ...(dockerConfig === undefined ? {} : { dockerConfig }),
        ...(pullDockerConfig === undefined ? {} : { pullDockerConfig }),
        ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
      },
      timeout: limit,
    });
    if (options.json === true) printJson(shell, added);
    else
      printLines(shell, [
        `${style.good("✓")} ${style.strong(added.name)} is the registry of ${added.environment}: images go to ${printable(added.prefix)}/<service>`,
        `  pushing is allowed; clusters pull ${added.pullCredentials ? "with credentials that rollouts bring them" : "without credentials"}`,
        ...(added.replaced ? ["  changed credentials reach clusters with the next rollout of each service"] : []),
      ]);
    return exitCode.done;
  },
};

async function read(shell: Shell, what: string, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const path = resolve(shell.folder, file);
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw new CommandFailure("usage", `The ${what} cannot be read: ${path}`, { exitCode: exitCode.usage, cause });
  });
}

function basesOf(given: readonly string[]): Partial<Record<(typeof engines)[number], string>> {
  const bases: Partial<Record<(typeof engines)[number], string>> = {};
  for (const text of given) {
    const [name = "", ...rest] = text.split("=");
    const engine = engines.find((one) => one === name);
    const image = rest.join("=");
    if (engine === undefined || image === "")
      throw new CommandFailure("usage", `This is no base: ${printable(text)}`, {
        exitCode: exitCode.usage,
        advice: `an engine and an image: --base node=registry.example.com/base/node:24 (engines: ${engines.join(", ")})`,
      });
    bases[engine] = image;
  }
  return bases;
}
