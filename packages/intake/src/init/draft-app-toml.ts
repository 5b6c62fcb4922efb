import { fixedPorts } from "../folder/fixed-ports.ts";
import { type FolderFacts, firstFile, hasFile } from "../folder/folder-facts.ts";
import { isGiven } from "../folder/variables.ts";
import { ownerOrigin, readmeOrigin } from "./about-origin.ts";
import { clientKinds } from "./client-kinds.ts";
import { plainCommand } from "./command-line.ts";
import { composeOrigin } from "./compose.ts";
import { golangOrigin } from "./golang.ts";
import type { CommandLine, Guess, Note, Origin } from "./guess.ts";
import { healthOrigin } from "./health-origin.ts";
import { imageOrigin } from "./image-origin.ts";
import { makefileOrigin } from "./makefile.ts";
import { metricsOrigin } from "./metrics-origin.ts";
import { serviceName } from "./names.ts";
import { nodeOrigin } from "./node.ts";
import { phpOrigin } from "./php.ts";
import { procfileOrigin } from "./procfile.ts";
import { pythonOrigin } from "./python.ts";
import { type ServiceFolder, serviceFolders } from "./service-folders.ts";
import { exampleOrigin, variableOrigin } from "./settings-origin.ts";
import { staticOrigin } from "./static-site.ts";
import { type Finding, writeDraft } from "./write-draft.ts";

export type Draft =
  | {
      readonly kind: "service";
      readonly name: string;
      /** An app.toml that is valid. */
      readonly text: string;
      readonly found: readonly Finding[];
      /** Folders below that look like services too. */
      readonly services: readonly ServiceFolder[];
    }
  /** The folder holds services and is none itself. */
  | { readonly kind: "folders"; readonly services: readonly ServiceFolder[] };

/** What a folder's app.toml could say: only what was found, each with its reason, and what is open as comments. */
export function draftAppToml(facts: FolderFacts): Draft {
  const services = serviceFolders(facts);
  const engine = golangOrigin(facts) ?? phpOrigin(facts) ?? pythonOrigin(facts) ?? nodeOrigin(facts);
  const compose = composeOrigin(facts);
  const procfile = procfileOrigin(facts);
  const named = [engine?.name, compose?.name, { value: facts.name, reason: "the folder's name" }];
  const name = named.flatMap((one) => sound(one))[0] ?? { value: "service", reason: "no name was found" };
  const image = imageOrigin(facts, name.value);
  // A root that starts nothing and has services below it is their roof.
  const starts = engine?.run ?? procfile?.run ?? image ?? compose?.run;
  const isRoof = hasFile(facts, "pnpm-workspace.yaml") || hasFile(facts, "go.work") || starts === undefined;
  if (services.length > 0 && isRoof && !ownProgram(facts)) return { kind: "folders", services };

  const origins = [
    // A Procfile and package.json know better than a Dockerfile how it is started without one.
    ...(procfile === undefined ? [] : [procfile]),
    ...(engine === undefined ? [] : [engine]),
    ...(image === undefined ? [] : [engine === undefined ? image : without(image, "engine", "version", "notes")]),
    ...(compose === undefined ? [] : [compose]),
    healthOrigin(facts),
    exampleOrigin(facts),
    variableOrigin(facts),
    {
      run: engine === undefined ? undefined : makefileOrigin(facts),
      owner: ownerOrigin(facts),
      metrics: metricsOrigin(facts),
    },
    { description: readmeOrigin(facts) },
    ...(engine === undefined && image === undefined ? [staticOrigin(facts) ?? {}] : []),
  ];
  const merged = merge(origins);
  const { command, variables } = runOf(merged.run, merged.engine?.value === "node" && !engineNeedsRun(engine));
  const migrations = merged.migrations === undefined ? undefined : plainCommand(merged.migrations.value).command;
  const notes = [...thoughts(facts, merged), ...(merged.notes ?? [])];
  const { text, found } = writeDraft({
    ...merged,
    engine: merged.engine ?? engineOf(command),
    name,
    notes,
    run: command,
    migrations:
      merged.migrations === undefined || migrations === undefined
        ? undefined
        : { ...merged.migrations, value: migrations },
    env: [...variables, ...(merged.env ?? [])],
    port: portOf(facts, merged),
  });
  return { kind: "service", name: name.value, text, found, services: services.filter(({ path }) => path !== "") };
}

function sound(name: Guess<string> | undefined): readonly Guess<string>[] {
  const value = name === undefined ? undefined : serviceName(name.value);
  return name === undefined || value === undefined ? [] : [{ value, reason: name.reason }];
}

/** Whether something at the top itself could be started. */
function ownProgram(facts: FolderFacts): boolean {
  return (
    firstFile(facts, [
      "index.js",
      "server.js",
      "app.js",
      "main.go",
      "main.py",
      "app.py",
      "index.php",
      "public/index.php",
    ]) !== undefined
  );
}

function without(origin: Origin, ...keys: readonly (keyof Origin)[]): Origin {
  const kept: Origin = Object.fromEntries(Object.entries(origin).filter(([key]) => !keys.some((one) => one === key)));
  return kept;
}

/** Of each fact the first that is told; lists one after the other. */
function merge(origins: readonly Origin[]): Origin {
  const first = <T>(pick: (origin: Origin) => T | undefined): T | undefined =>
    origins.map(pick).find((value) => value !== undefined);
  return {
    description: first((origin) => origin.description),
    engine: first((origin) => origin.engine),
    version: first((origin) => origin.version),
    build: first((origin) => origin.build),
    run: first((origin) => origin.run),
    port: first((origin) => origin.port),
    ready: first((origin) => origin.ready),
    live: first((origin) => origin.live),
    metrics: first((origin) => origin.metrics),
    migrations: first((origin) => origin.migrations),
    owner: first((origin) => origin.owner),
    dependencies: origins.flatMap((origin) => origin.dependencies ?? []),
    storages: origins.flatMap((origin) => origin.storages ?? []),
    env: origins.flatMap((origin) => origin.env ?? []),
    openEnv: origins.flatMap((origin) => origin.openEnv ?? []),
    secrets: origins.flatMap((origin) => origin.secrets ?? []),
    notes: origins.flatMap((origin) => origin.notes ?? []),
  };
}

/** package.json says nothing of how it starts when that is as usual: then a Dockerfile's `node server.js` is no news either. */
function engineNeedsRun(engine: Origin | undefined): boolean {
  return engine?.run !== undefined || (engine?.notes ?? []).some(({ table }) => table === "run");
}

function runOf(
  run: Guess<CommandLine> | undefined,
  usual: boolean,
): {
  readonly command: Guess<CommandLine> | undefined;
  readonly variables: readonly Guess<{ readonly name: string; readonly value: string }>[];
} {
  if (run === undefined) return { command: undefined, variables: [] };
  const { command, variables } = plainCommand(run.value);
  const packager = /^(npm|pnpm|yarn)( run)? start$/.test(lineOf(command));
  return {
    // npm in between would keep signals from the program.
    command: packager && usual ? undefined : { ...run, value: command },
    variables: variables
      .filter(({ name }) => !isGiven(name))
      .map((value) => ({ value, reason: `set before the command: ${run.reason}` })),
  };
}

function lineOf(command: CommandLine): string {
  return typeof command === "string" ? command : command.join(" ");
}

/** By the program that is started, where nothing else says what runs here. */
function engineOf(run: Guess<CommandLine> | undefined): Origin["engine"] {
  const line = run === undefined ? "" : lineOf(run.value);
  const program = /^(?:sh -c exec )?(node|python|php)[\d.]*\s/.exec(line)?.[1];
  const engine = program === "node" || program === "python" || program === "php" ? program : undefined;
  return run === undefined || engine === undefined ? undefined : { value: engine, reason: run.reason };
}

/** Below 1024 only root may listen; without a number of its own a service gets 8080. */
function portOf(facts: FolderFacts, merged: Origin): Origin["port"] {
  const fixed = fixedPorts(facts)[0];
  const port = fixed === undefined ? merged.port : { value: fixed.port, reason: `${fixed.file}:${fixed.line}` };
  return port === undefined || port.value < 1024 || port.value > 65_535 || port.value === 8080 ? undefined : port;
}

function thoughts(facts: FolderFacts, merged: Origin): readonly Note[] {
  const fixed = fixedPorts(facts)[0];
  const kinds = clientKinds(facts).filter(({ value }) => !merged.storages?.some((one) => one.value.kind === value));
  const idle = idleFolders(facts);
  const isStatic = merged.engine?.value === "static";
  return [
    ...(merged.owner === undefined ? [{ table: "", text: 'owner = "team"  # who owns it? nothing here says so' }] : []),
    ...(fixed === undefined
      ? []
      : [
          { table: "run", text: `${fixed.file}:${fixed.line} listens on ${fixed.port} always: let it listen on $PORT` },
        ]),
    ...(merged.ready === undefined && !isStatic
      ? [{ table: "health", text: 'ready = "/health"  # a path that answers 200 when it can serve; none was found' }]
      : []),
    ...kinds.flatMap(({ value, reason }) => [
      { table: "storages", text: `kind = "${value}"  # ${reason}: is the database this service's own?` },
    ]),
    ...(idle.length === 0 || merged.engine === undefined
      ? []
      : [
          {
            table: "build",
            text: `exclude = [${idle.map((one) => `"${one}"`).join(", ")}]  # does it need them when it runs?`,
          },
        ]),
  ];
}

/** Folders at the top that a running service seldom needs. */
function idleFolders(facts: FolderFacts): readonly string[] {
  return ["docs", "test", "tests", "spec", "e2e", "coverage", ".github"].filter((folder) =>
    facts.files.some(({ path }) => path.startsWith(`${folder}/`)),
  );
}
