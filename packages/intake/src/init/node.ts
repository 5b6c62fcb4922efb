import { type FolderFacts, firstFile, hasFile, textOf } from "../folder/folder-facts.ts";
import { asTable, type Json, jsonFile, textIn } from "../folder/json-file.ts";
import { dependencyNames, developmentServer } from "../folder/package-json.ts";
import { guess, type Note, type Origin } from "./guess.ts";
import { versionIn } from "./names.ts";

const entries = ["server", "app", "main", "index", "src/server", "src/index", "src/main", "src/app"].flatMap((name) => [
  `${name}.js`,
  `${name}.mjs`,
  `${name}.cjs`,
  `${name}.ts`,
  `${name}.mts`,
]);

/** A Node.js service: package.json, or JavaScript that could start. */
export function nodeOrigin(facts: FolderFacts): Origin | undefined {
  const about = jsonFile(facts, "package.json");
  if (about === undefined) {
    const file = firstFile(facts, entries);
    if (file === undefined) return undefined;
    return {
      engine: { value: "node", reason: file },
      ...(file === "index.js" ? {} : { run: { value: `node ${file}`, reason: `there is a ${file}` } }),
    };
  }
  const scripts = asTable(about["scripts"]);
  const start = startOf(facts, about, scripts);
  return {
    name: guess(textIn(about, "name")?.replace(/^@[^/]*\//, ""), "package.json"),
    description: guess(textIn(about, "description"), "package.json"),
    engine: { value: "node", reason: "package.json" },
    version: nodeVersion(facts, about),
    build: buildOf(facts, about, scripts),
    ...start,
  };
}

function startOf(facts: FolderFacts, about: Json, scripts: Json): Pick<Origin, "run" | "notes"> {
  const [name, script] = scriptOf(scripts);
  const main = textIn(about, "main")?.replace(/^\.\//, "");
  const byDefault = main ?? "index.js";
  const starts = (file: string) =>
    hasFile(facts, file) || hasFile(facts, `${file}.js`) || hasFile(facts, `${file}/index.js`);
  if (script !== undefined && !developmentServer.test(script)) {
    const line = script.replace(/^npx\s+/, "");
    if (new RegExp(`^node (\\./)?(\\.|${escaped(byDefault)})$`).test(line) && starts(byDefault)) return {};
    const program = /^(?:[A-Za-z_]\w*=\S*\s+|cross-env\s+)*([\w@./-]+)/.exec(line)?.[1] ?? "";
    const isBinary =
      dependencyNames(about).has(program) || /^(next|nuxt|nest|ts-node|tsx|pm2-runtime|serve)$/.test(program);
    const value = isBinary ? line.replace(program, `node_modules/.bin/${program}`) : line;
    return { run: { value, reason: `the script ${name} in package.json` } };
  }
  const notes: Note[] =
    script === undefined
      ? []
      : [{ table: "run", text: `the script ${name} in package.json is "${script}": that is for developing` }];
  if (starts(byDefault)) return { notes };
  const built = textIn(scripts, "build") === undefined ? undefined : main;
  const file = built ?? firstFile(facts, entries);
  if (file === undefined)
    return { notes: [...notes, { table: "run", text: 'what starts it? for example: command = "node server.js"' }] };
  const reason = built === undefined ? `there is a ${file}` : "main in package.json, which the build makes";
  return { run: { value: `node ${file}`, reason }, notes };
}

/** What starts it when people are served; `start` itself is often for developing. */
function scriptOf(scripts: Json): readonly [name: string, script: string | undefined] {
  for (const name of ["start:prod", "start:production", "serve:prod"]) {
    const script = textIn(scripts, name);
    if (script !== undefined) return [name, script];
  }
  return ["start", textIn(scripts, "start")];
}

function buildOf(facts: FolderFacts, about: Json, scripts: Json): Origin["build"] {
  const builds = textIn(scripts, "build") !== undefined && !/^(echo|true|exit)\b/.test(textIn(scripts, "build") ?? "");
  const needsPackages = dependencyNames(about).size > 0 || builds;
  const [lock, install, production] =
    lockFiles.find(([file]) => hasFile(facts, file)) ?? lockFiles.find(([file]) => file === "") ?? [];
  if (lock === undefined || install === undefined || production === undefined || !needsPackages) return undefined;
  const run = /^\w+/.exec(install)?.[0] ?? "npm";
  if (builds) {
    const prune = run === "npm" ? " && npm prune --omit=dev" : run === "pnpm" ? " && pnpm prune --prod" : "";
    return {
      value: `${install} && ${run} run build${prune}`,
      reason: `the script build in package.json${lock === "" ? "" : `, ${lock}`}`,
    };
  }
  // Fairway's own default does it.
  if (run === "npm") return undefined;
  return { value: production, reason: lock };
}

/** Lock file, install everything, install what runs need. The last row is for folders without one. */
const lockFiles: readonly (readonly [file: string, install: string, production: string])[] = [
  ["package-lock.json", "npm ci", "npm ci --omit=dev"],
  ["npm-shrinkwrap.json", "npm ci", "npm ci --omit=dev"],
  ["pnpm-lock.yaml", "pnpm install --frozen-lockfile", "pnpm install --frozen-lockfile --prod"],
  ["yarn.lock", "yarn install --frozen-lockfile", "yarn install --frozen-lockfile --production"],
  ["", "npm install", "npm install --omit=dev"],
];

function nodeVersion(facts: FolderFacts, about: Json): Origin["version"] {
  for (const file of [".nvmrc", ".node-version"]) {
    const version = versionIn(textOf(facts, file)?.trim() ?? "", 1);
    if (version !== undefined) return { value: version, reason: file };
  }
  return (
    toolVersion(facts, /^node(?:js)?\s+(\S+)/m, 1) ??
    guess(versionIn(textIn(asTable(about["engines"]), "node") ?? "", 1), "engines in package.json")
  );
}

/** @param pattern finds the version in group 1 of a line of .tool-versions */
export function toolVersion(facts: FolderFacts, pattern: RegExp, parts: number): Origin["version"] {
  const found = pattern.exec(textOf(facts, ".tool-versions") ?? "")?.[1];
  return guess(found === undefined ? undefined : versionIn(found, parts), ".tool-versions");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
