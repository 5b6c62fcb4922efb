import { getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
import { type FolderFacts, firstFile, hasFile, textOf } from "../folder/folder-facts.ts";
import { asTable, type Json, textIn } from "../folder/json-file.ts";
import { sourceFiles } from "../folder/source-files.ts";
import { type Guess, guess, type Note, type Origin } from "./guess.ts";
import { versionIn } from "./names.ts";
import { toolVersion } from "./node.ts";

const entries = ["main.py", "app.py", "server.py", "run.py", "src/main.py", "src/app.py", "app/main.py"];
/** Where the packages of a snapshot lie: the base image has none of them. */
const packages = ".packages";

/** A Python service: requirements.txt, pyproject.toml, Pipfile, or Python that could start. */
export function pythonOrigin(facts: FolderFacts): Origin | undefined {
  const manifest = firstFile(facts, ["requirements.txt", "pyproject.toml", "Pipfile"]);
  const entry = firstFile(facts, entries);
  if (manifest === undefined && (entry === undefined || hasFile(facts, "package.json"))) return undefined;
  const project = asTable(tomlFile(facts, "pyproject.toml")["project"]);
  const poetry = asTable(asTable(tomlFile(facts, "pyproject.toml")["tool"])["poetry"]);
  const install = installOf(facts);
  const start = startOf(facts, entry);
  return {
    name: guess(textIn(project, "name") ?? textIn(poetry, "name"), "pyproject.toml"),
    description: guess(textIn(project, "description") ?? textIn(poetry, "description"), "pyproject.toml"),
    engine: { value: "python", reason: manifest ?? entry ?? "" },
    version: versionOf(facts, project, poetry),
    build: install,
    ...start,
    ...(install === undefined
      ? {}
      : { env: [{ value: { name: "PYTHONPATH", value: packages }, reason: "where the build puts the packages" }] }),
  };
}

function installOf(facts: FolderFacts): Guess<string> | undefined {
  const install = `pip3 install --target ${packages} `;
  if (hasFile(facts, "uv.lock"))
    return {
      value: `uv export --frozen --no-dev --no-emit-project -o requirements.lock && ${install}-r requirements.lock`,
      reason: "uv.lock",
    };
  if (hasFile(facts, "requirements.txt")) {
    const empty = /^\s*(#.*)?(\n\s*(#.*)?)*$/.test(textOf(facts, "requirements.txt") ?? "x");
    return empty ? undefined : { value: `${install}-r requirements.txt`, reason: "requirements.txt" };
  }
  if (hasFile(facts, "Pipfile"))
    return {
      value: `pipenv requirements > requirements.lock && ${install}-r requirements.lock`,
      reason: "Pipfile",
    };
  if (hasFile(facts, "pyproject.toml")) return { value: `${install}.`, reason: "pyproject.toml" };
  return undefined;
}

function startOf(facts: FolderFacts, entry: string | undefined): Pick<Origin, "run" | "notes"> {
  const asked = [
    textOf(facts, "requirements.txt") ?? "",
    textOf(facts, "pyproject.toml") ?? "",
    textOf(facts, "Pipfile") ?? "",
  ].join("\n");
  const wants = (name: string) => new RegExp(`(^|["'\\s])${name}\\b`, "im").test(asked);
  const application = applicationOf(facts);
  if (application !== undefined) {
    const { target, file, async } = application;
    if (async)
      return {
        run: {
          value: `python3 -m uvicorn ${target} --host 0.0.0.0 --port $PORT`,
          reason: `the application in ${file}`,
        },
        notes: wants("uvicorn") ? [] : [{ table: "run", text: "uvicorn is not among the packages: add it" }],
      };
    if (wants("gunicorn"))
      // gunicorn listens on $PORT by itself.
      return { run: { value: `python3 -m gunicorn ${target}`, reason: `gunicorn, and the application in ${file}` } };
    const notes: Note[] = [
      { table: "run", text: `for serving, add gunicorn to the packages: command = "python3 -m gunicorn ${target}"` },
    ];
    if (entry !== undefined) return { run: { value: `python3 ${entry}`, reason: `there is a ${entry}` }, notes };
    return { run: { value: `python3 -m gunicorn ${target}`, reason: `the application in ${file}` }, notes };
  }
  if (entry !== undefined) return { run: { value: `python3 ${entry}`, reason: `there is a ${entry}` } };
  return { notes: [{ table: "run", text: 'what starts it? for example: command = "python3 main.py"' }] };
}

interface Application {
  /** `package.module:name` */
  readonly target: string;
  readonly file: string;
  readonly async: boolean;
}

function applicationOf(facts: FolderFacts): Application | undefined {
  for (const { path, language, lines } of sourceFiles(facts)) {
    if (language !== "python") continue;
    const module = path.replace(/\.py$/, "").replaceAll("/", ".");
    for (const line of lines) {
      const [, name, framework] =
        /^(\w+)(?:\s*:\s*\w+)?\s*=\s*(?:\w+\.)?(FastAPI|Starlette|Litestar|Quart|Flask)\(/.exec(line) ?? [];
      if (name !== undefined) return { target: `${module}:${name}`, file: path, async: framework !== "Flask" };
    }
    if (/(^|\/)wsgi\.py$/.test(path)) return { target: `${module}:application`, file: path, async: false };
  }
  return undefined;
}

function versionOf(facts: FolderFacts, project: Json, poetry: Json): Origin["version"] {
  const files: readonly (readonly [string, string | undefined])[] = [
    [".python-version", textOf(facts, ".python-version")],
    ["runtime.txt", /python-(\S+)/.exec(textOf(facts, "runtime.txt") ?? "")?.[1]],
    ["requires-python in pyproject.toml", textIn(project, "requires-python")],
    ["pyproject.toml", textIn(asTable(poetry["dependencies"]), "python")],
    ["Pipfile", textIn(asTable(tomlFile(facts, "Pipfile")["requires"]), "python_version")],
  ];
  for (const [reason, text] of files) {
    const version = versionIn(text ?? "", 2);
    if (version?.includes(".") === true) return { value: version, reason };
  }
  return toolVersion(facts, /^python\s+(\S+)/m, 2);
}

function tomlFile(facts: FolderFacts, path: string): Json {
  const text = textOf(facts, path);
  if (text === undefined) return {};
  try {
    return asTable(getStaticTOMLValue(parseTOML(text)));
  } catch {
    return {};
  }
}
