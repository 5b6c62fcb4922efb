import type { StorageKind } from "@fairway/spec";
import { type FolderFacts, firstFile, hasFile, textOf } from "../folder/folder-facts.ts";
import { jsonFile } from "../folder/json-file.ts";
import { isComment, sourceFiles } from "../folder/source-files.ts";
import { isGiven, looksSecret, variablesOf } from "../folder/variables.ts";
import { type Guess, guess, type Note, type Origin } from "./guess.ts";
import { teamName } from "./names.ts";
import { dependencyNames } from "./node.ts";

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

/** Packages by which a service speaks with a database. */
const clients: Readonly<Record<string, StorageKind>> = {
  pg: "postgresql",
  postgres: "postgresql",
  mysql: "mysql",
  mysql2: "mysql",
  redis: "redis",
  ioredis: "redis",
  mongodb: "mongodb",
  mongoose: "mongodb",
  "cassandra-driver": "cassandra",
  amqplib: "rabbitmq",
  kafkajs: "kafka",
  "@aws-sdk/client-s3": "s3",
};
const clientLines: readonly (readonly [RegExp, StorageKind])[] = [
  [/\b(github\.com\/(jackc\/pgx|lib\/pq)|psycopg|asyncpg)/i, "postgresql"],
  [/\b(github\.com\/go-sql-driver\/mysql|mysqlclient|pymysql)/i, "mysql"],
  [/\b(github\.com\/redis\/go-redis|^redis\b|predis\/predis)/im, "redis"],
  [/\b(go\.mongodb\.org\/mongo-driver|pymongo)/i, "mongodb"],
  [/\b(github\.com\/rabbitmq\/amqp091-go|^pika\b)/im, "rabbitmq"],
  [/\b(github\.com\/segmentio\/kafka-go|confluent-kafka|kafka-python)/i, "kafka"],
];

/** Databases that the packages speak of, which no file names: worth a thought, not a line. */
export function clientKinds(facts: FolderFacts): readonly Guess<StorageKind>[] {
  const found = new Map<StorageKind, string>();
  for (const name of dependencyNames(jsonFile(facts, "package.json") ?? {})) {
    const kind = Object.hasOwn(clients, name) ? clients[name] : undefined;
    if (kind !== undefined) found.set(kind, `the package ${name}`);
  }
  for (const file of ["go.mod", "requirements.txt", "pyproject.toml", "Pipfile", "composer.json"])
    for (const [pattern, kind] of clientLines) {
      const name = pattern.exec(textOf(facts, file) ?? "")?.[0];
      if (name !== undefined) found.set(kind, `${name} in ${file}`);
    }
  return [...found].map(([value, reason]) => ({ value, reason }));
}

/** CODEOWNERS: who owns everything here. */
export function ownerOrigin(facts: FolderFacts): Origin["owner"] {
  const file = firstFile(facts, ["CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS"]);
  if (file === undefined) return undefined;
  const last = [...(textOf(facts, file) ?? "").matchAll(/^\s*(?:\*|\/)\s+(\S+)/gm)].at(-1)?.[1];
  return last === undefined ? undefined : guess(teamName(last), file);
}

/** The first sentence of the README's first paragraph. */
export function readmeOrigin(facts: FolderFacts): Origin["description"] {
  const file = firstFile(facts, ["README.md", "README", "README.rst", "README.txt", "readme.md"]);
  if (file === undefined) return undefined;
  for (const paragraph of (textOf(facts, file) ?? "").split(/\r?\n\s*\r?\n/)) {
    const text = paragraph
      .replace(/^.*\n[=-]{3,}$/gm, "")
      .replace(/^#.*$/gm, "")
      .replace(/^[=-]{3,}$/gm, "")
      .replace(/\s+/g, " ")
      .trim();
    // A picture, a table, a list or a block of code says nothing in a sentence.
    if (text === "" || /^([!<|*>`+-]|\[[!\]]|\[!\[|\d+\.|={3}|\$ )/.test(text)) continue;
    const plain = text.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[*_`]{1,3}([^*_`]+)[*_`]{1,3}/g, "$1");
    const sentence = /^.{8,200}?[.!?](?=\s|$)/.exec(plain)?.[0].replace(/\.$/, "");
    return { value: sentence ?? plain.slice(0, 200).trim(), reason: file };
  }
  return undefined;
}

/** `make run`, `make start`, `make serve`: what a person types to start it. */
export function makefileOrigin(facts: FolderFacts): Origin["run"] {
  const text = textOf(facts, "Makefile");
  if (text === undefined) return undefined;
  const [, target, line] = /^(start|run|serve):[^\n=]*\n\t@?([^\n]+)/m.exec(text) ?? [];
  if (target === undefined || line === undefined || /\$\(|\b(go run|docker|compose|make)\b/.test(line))
    return undefined;
  return { value: line.trim(), reason: `the target ${target} in Makefile` };
}

export interface FoundPort {
  readonly port: number;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

const listens: readonly RegExp[] = [
  /\.listen\(\s*(\d{2,5})\b/,
  /\blisten\(\s*\{[^}]*\bport:\s*(\d{2,5})\b/,
  /\bListenAndServe(?:TLS)?\(\s*"[\w.]*:(\d{2,5})"/,
  /\bnet\.Listen\(\s*"tcp\d?",\s*"[\w.]*:(\d{2,5})"/,
  /\bAddr:\s*"[\w.]*:(\d{2,5})"/,
  /\b(?:app\.run|uvicorn\.run|run_simple|serve)\([^)]*\bport\s*=\s*(\d{2,5})\b/,
  /\bHTTPServer\(\s*\(\s*["'][\w.]*["']\s*,\s*(\d{2,5})\b/,
  /\b(?:const|let|var)\s+(?:port|PORT)\s*=\s*(\d{2,5})\s*;?\s*$/,
  /^PORT\s*=\s*(\d{2,5})\s*$/,
];

/** Ports that the program listens on whatever `$PORT` says. */
export function fixedPorts(facts: FolderFacts): readonly FoundPort[] {
  return sourceFiles(facts).flatMap(({ path, language, lines }): readonly FoundPort[] => {
    // Where the file reads $PORT, a number beside it is what it falls back on.
    if (lines.some((line) => /\bPORT\b/.test(line) && /\b(env|environ|getenv|Getenv|LookupEnv|_ENV)\b/.test(line)))
      return [];
    return lines.flatMap((line, at) => {
      if (isComment(line, language)) return [];
      const port = Number(listens.map((pattern) => pattern.exec(line)?.[1]).find((one) => one !== undefined) ?? 0);
      return port > 0 && port < 65_536 ? [{ port, file: path, line: at + 1 }] : [];
    });
  });
}

/** A path for Prometheus, where there is a client for it and the path. */
export function metricsOrigin(facts: FolderFacts): Origin["metrics"] {
  const asked = ["package.json", "go.mod", "requirements.txt", "pyproject.toml", "composer.json"];
  if (!asked.some((file) => /prom(-client|etheus)/i.test(textOf(facts, file) ?? ""))) return undefined;
  for (const { path, language, lines } of sourceFiles(facts))
    for (const [at, line] of lines.entries())
      if (!isComment(line, language) && /["'`]\/metrics["'`]/.test(line))
        return { value: "/metrics", reason: `${path}:${at + 1}` };
  return undefined;
}

/** Folders at the top that a running service seldom needs. */
export function idleFolders(facts: FolderFacts): readonly string[] {
  return ["docs", "test", "tests", "spec", "e2e", "coverage", ".github"].filter((folder) =>
    facts.files.some(({ path }) => path.startsWith(`${folder}/`)),
  );
}

export function hasLockFile(facts: FolderFacts): boolean {
  return ["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"].some(
    (file) => hasFile(facts, file),
  );
}
