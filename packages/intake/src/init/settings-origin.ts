import type { StorageKind } from "@fairway/spec";
import { type FolderFacts, firstFile, textOf } from "../folder/folder-facts.ts";
import { isGiven, looksSecret, variablesOf } from "../folder/variables.ts";
import type { Guess, Note, Origin } from "./guess.ts";

const schemes: readonly (readonly [RegExp, StorageKind])[] = [
  [/^postgres(ql)?(\+\w+)?:/, "postgresql"],
  [/^(mysql|mariadb)(\+\w+)?:/, "mysql"],
  [/^rediss?:/, "redis"],
  [/^mongodb(\+srv)?:/, "mongodb"],
  [/^amqps?:/, "rabbitmq"],
];

/** `.env.example`: values that are no secret, names of those that are, databases by the scheme of their address. */
export function exampleOrigin(facts: FolderFacts): Origin {
  const file = firstFile(facts, [".env.example", ".env.sample", ".env.template", ".env.dist", "env.example"]);
  const env: Guess<{ name: string; value: string }>[] = [];
  const openEnv: Guess<string>[] = [];
  const secrets: Guess<string>[] = [];
  const storages: Guess<{ kind: StorageKind; name: string }>[] = [];
  const notes: Note[] = [];
  for (const line of (file === undefined ? "" : (textOf(facts, file) ?? "")).split(/\r?\n/)) {
    const [, name, raw] = /^\s*(?:export\s+)?([A-Za-z_]\w{0,127})=(.*)$/.exec(line) ?? [];
    if (name === undefined || raw === undefined || file === undefined || isGiven(name)) continue;
    const value = raw
      .trim()
      .replace(/^(["'])(.*)\1.*$/, "$2")
      .replace(/\s+#.*$/, "");
    const kind = schemes.find(([pattern]) => pattern.test(value))?.[1];
    if (kind !== undefined) {
      if (!storages.some((one) => one.value.kind === kind))
        storages.push({ value: { kind, name: "main" }, reason: `${name} in ${file}` });
      notes.push({ table: "env", text: `${name} is an address of a ${kind}: it comes with [[storages]]` });
    } else if (looksSecret(name)) secrets.push({ value: name, reason: file });
    else if (value === "" || /^<.*>$|your[-_ ]|change[-_ ]?me|localhost|127\.0\.0\.1/i.test(value))
      openEnv.push({ value: name, reason: file });
    else env.push({ value: { name, value }, reason: file });
  }
  return { env, openEnv, secrets, storages, notes };
}

/** Variables that the program reads and no file gives a value for. */
export function variableOrigin(facts: FolderFacts): Origin {
  const uses = variablesOf(facts).filter(({ name }) => name !== "NODE_ENV");
  const told = ({ name, file, line, optional }: (typeof uses)[number]) => ({
    value: name,
    reason: `${file}:${line}${optional ? ", which goes on without it" : ""}`,
  });
  return {
    openEnv: uses.filter(({ name }) => !looksSecret(name)).map(told),
    secrets: uses.filter(({ name, optional }) => looksSecret(name) && !optional).map(told),
  };
}
