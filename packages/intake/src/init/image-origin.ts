import type { EngineName } from "@fairway/spec";
import { commandIn, dockerfileOf } from "../folder/dockerfile.ts";
import type { FolderFacts } from "../folder/folder-facts.ts";
import { isGiven, looksSecret } from "../folder/variables.ts";
import type { Guess, Note, Origin } from "./guess.ts";
import { pathInHealthCommand } from "./health-origin.ts";
import { versionIn } from "./names.ts";

const engines: readonly (readonly [RegExp, EngineName, number])[] = [
  [/(^|\/)node(:|$)/, "node", 1],
  [/(^|\/)golang(:|$)/, "golang", 2],
  [/(^|\/)python(:|$)/, "python", 2],
  [/(^|\/)php(:|$)/, "php", 2],
];

/** A Dockerfile: what it stands on, what it starts, what it opens. */
export function imageOrigin(facts: FolderFacts, name: string): Origin | undefined {
  const file = dockerfileOf(facts);
  if (file === undefined) return undefined;
  const base = file.base ?? "";
  const engine = [base, ...file.stages].flatMap((image) =>
    engines.flatMap(([pattern, engine, parts]) =>
      pattern.test(image) ? [{ engine, version: versionIn(image.split(":")[1] ?? "", parts), image }] : [],
    ),
  )[0];
  const values = (instruction: string) => file.last.filter((one) => one.name === instruction);
  const entry = commandIn(values("ENTRYPOINT").at(-1)?.value ?? "");
  const command = commandIn(values("CMD").at(-1)?.value ?? "");
  const port = Number(/^\d+/.exec(values("EXPOSE").at(-1)?.value ?? "")?.[0] ?? Number.NaN);
  const check = values("HEALTHCHECK").at(-1);
  const variables = values("ENV").flatMap(({ value }) =>
    value.includes("=")
      ? [...value.matchAll(/([A-Za-z_]\w*)=("[^"]*"|\S+)/g)].map(([, key = "", text = ""]) => ({
          name: key,
          value: text.replace(/^"|"$/g, ""),
        }))
      : [],
  );
  const notes: Note[] =
    engine === undefined
      ? [
          {
            table: "build",
            text: `${file.path} builds on ${base === "" ? "nothing" : base}, which no engine of Fairway is: push its image, and name it`,
          },
          { table: "build", text: `image = "registry.example.com/${name}:1"` },
        ]
      : [];
  return {
    ...(engine === undefined
      ? {}
      : {
          engine: { value: engine.engine, reason: `FROM ${engine.image} in ${file.path}` },
          ...(engine.version === undefined
            ? {}
            : { version: { value: engine.version, reason: `FROM ${engine.image} in ${file.path}` } }),
        }),
    // A Go binary is called ./app by our own build, whatever the Dockerfile calls it.
    ...(engine === undefined || engine.engine === "golang" ? {} : started(entry, command, file.path)),
    ...(Number.isInteger(port) ? { port: { value: port, reason: `EXPOSE in ${file.path}` } } : {}),
    ...(check === undefined ? {} : { ready: pathInHealthCommand(check.value, `HEALTHCHECK in ${file.path}`) }),
    env: variables
      .filter((one) => !isGiven(one.name) && !looksSecret(one.name) && !one.value.includes("$"))
      .map((value) => ({ value, reason: `ENV in ${file.path}` })),
    notes,
  };
}

function started(
  entry: readonly string[] | string | undefined,
  command: readonly string[] | string | undefined,
  path: string,
): { readonly run?: Guess<readonly string[] | string> } {
  const reason = `${entry === undefined ? "CMD" : "ENTRYPOINT"} in ${path}`;
  if (entry === undefined) return command === undefined ? {} : { run: { value: command, reason } };
  // docker-entrypoint.sh and its like are the image's own; what they start is in CMD.
  const isWrapper = typeof entry !== "string" && /(entrypoint|tini|dumb-init)/.test(entry[0] ?? "");
  if (isWrapper) return command === undefined ? {} : { run: { value: command, reason: `CMD in ${path}` } };
  if (typeof entry === "string" || typeof command === "string" || command === undefined)
    return { run: { value: entry, reason } };
  return { run: { value: [...entry, ...command], reason } };
}
