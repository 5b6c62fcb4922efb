import { hasFile, textOf } from "../../folder/folder-facts.ts";
import { healthPaths } from "../../folder/health-paths.ts";
import { jsonFile } from "../../folder/json-file.ts";
import { dependencyNames, hasNodeLock } from "../../folder/package-json.ts";
import { ownerOrigin } from "../../init/about-origin.ts";
import { type CheckedFolder, type Hit, placeInAppToml, type Rule } from "../rule.ts";

/** As `fairway status` and the parser count: powers of 1,000. */
const largeFolder = 100_000_000;
const largeFile = 25_000_000;

export const noAppToml: Rule = {
  code: "no-app-toml",
  severity: "must",
  message: "there is no app.toml",
  why: "it is what makes a folder a service",
  advice: "fairway init writes one out of what it finds here",
  find: ({ appToml }) => (appToml === undefined ? [{}] : []),
};

export const noOwner: Rule = {
  code: "no-owner",
  severity: "should",
  message: "nobody owns it",
  why: "when it breaks at night, nobody knows whom to call; many platforms refuse it in prod",
  advice: 'owner = "<team>" in app.toml',
  find({ spec, facts, appToml }) {
    if (spec.owner !== undefined || appToml === undefined) return [];
    const owner = ownerOrigin(facts);
    return [
      {
        place: { file: "app.toml" },
        ...(owner === undefined ? {} : { advice: `owner = "${owner.value}" in app.toml, as ${owner.reason} says` }),
      },
    ];
  },
};

export const noHealthPath: Rule = {
  code: "no-health-path",
  severity: "should",
  message: "nothing tells whether it can serve",
  why: "without a path a pod gets requests as soon as its port is open, and keeps getting them when its database is gone",
  advice: 'answer 200 on a path when it can serve, and name it: [health] ready = "/health"',
  find({ spec, facts, sources, appToml }) {
    const isAsked = (check: typeof spec.health.ready) => check !== undefined && check !== false;
    if (spec.kind === "job" || spec.engine.name === "static") return [];
    if (isAsked(spec.health.ready) || isAsked(spec.health.live)) return [];
    const found = healthPaths(facts).find(({ file }) => sources.some(({ path }) => path === file));
    const place = placeInAppToml(appToml, "health", "ready");
    const where: Hit = place === undefined ? {} : { place };
    if (found === undefined) return [where];
    return [
      {
        ...where,
        message: `${found.file}:${found.line} answers ${found.path}, and app.toml does not name it`,
        advice: `[health] ready = "${found.path}"`,
      },
    ];
  },
};

export const noLockFile: Rule = {
  code: "no-lock-file",
  severity: "should",
  message: "no lock file",
  why: "the same commit gives other packages tomorrow: a build that worked may not, and nobody changed anything",
  advice: "write one, and commit it",
  find({ facts, spec }) {
    const { name } = spec.engine;
    if (name === "node" && dependencyNames(jsonFile(facts, "package.json") ?? {}).size > 0 && !hasNodeLock(facts))
      return [{ place: { file: "package.json" }, advice: "npm install writes package-lock.json: commit it" }];
    if (
      name === "golang" &&
      /^\s*(require\s+)?[\w.-]+\.\w+\/\S+ v\d/m.test(textOf(facts, "go.mod") ?? "") &&
      !hasFile(facts, "go.sum") &&
      !hasFile(facts, "vendor/modules.txt")
    )
      return [
        {
          severity: "must",
          place: { file: "go.mod" },
          message: "no go.sum: it cannot be built",
          advice: "go mod tidy writes it: commit it",
        },
      ];
    if (
      name === "php" &&
      Object.keys(Object(jsonFile(facts, "composer.json")?.["require"] ?? {})).some((one) => one.includes("/")) &&
      !hasFile(facts, "composer.lock")
    )
      return [{ place: { file: "composer.json" }, advice: "composer update writes composer.lock: commit it" }];
    if (name === "python") return python(facts);
    return [];
  },
};

function python(facts: CheckedFolder["facts"]): readonly Hit[] {
  const locks = ["uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "requirements.lock", "pylock.toml"];
  if (locks.some((file) => hasFile(facts, file))) return [];
  const requirements = textOf(facts, "requirements.txt");
  if (requirements === undefined) {
    const file = ["pyproject.toml", "Pipfile"].find((one) =>
      /^\s*(dependencies|\[packages\])/m.test(textOf(facts, one) ?? ""),
    );
    return file === undefined ? [] : [{ place: { file }, advice: "uv lock (or poetry lock) writes one: commit it" }];
  }
  const lines = requirements.split(/\r?\n/);
  const at = lines.findIndex((line) => /^[A-Za-z][\w.-]*(\[[^\]]*\])?\s*(>=|~=|>|<|!=|;|#|$)/.test(line.trim()));
  if (at === -1) return [];
  const line = lines[at] ?? "";
  return [
    {
      place: { file: "requirements.txt", line: at + 1, column: 1, length: line.length, excerpt: line.trim() },
      message: "packages without an exact version",
      advice: "pip freeze, or pip-compile of a requirements.in, gives every package its version",
    },
  ];
}

/**
 * Last day of support by the makers' own tables: nodejs.org/en/about/previous-releases, devguide.python.org/versions,
 * php.net/supported-versions, go.dev/doc/devel/release (a version ends with the second one after it). What is older than the first has ended.
 */
const supported: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  node: { "18": "2025-04-30", "20": "2026-04-30", "22": "2027-04-30", "24": "2028-04-30" },
  python: {
    "3.9": "2025-10-31",
    "3.10": "2026-10-31",
    "3.11": "2027-10-31",
    "3.12": "2028-10-31",
    "3.13": "2029-10-31",
    "3.14": "2030-10-31",
  },
  php: { "8.1": "2025-12-31", "8.2": "2026-12-31", "8.3": "2027-12-31", "8.4": "2028-12-31", "8.5": "2029-12-31" },
  golang: { "1.23": "2025-08-12", "1.24": "2026-02-10" },
};

export const engineVersion: Rule = {
  code: "engine-version",
  severity: "good",
  message: "app.toml does not say which version it runs on",
  why: "the platform's version moves on; a service that names its own moves when its team does",
  advice: '[engine] version = "..."',
  find({ spec, appToml, today }) {
    const { name, version } = spec.engine;
    const table = supported[name];
    // A draft says what it found, and is no file that could lack something.
    if (table === undefined || (version === undefined && appToml === undefined)) return [];
    const place = placeInAppToml(appToml, "engine", version === undefined ? "name" : "version");
    const where: Hit = place === undefined ? {} : { place };
    if (version === undefined) return [where];
    const parts = version.split(".").slice(0, name === "node" ? 1 : 2);
    const ended = lastDay(table, parts.join("."));
    if (ended === undefined || ended >= today) return [];
    return [
      {
        ...where,
        severity: "should",
        message: `${name} ${parts.join(".")} gets no fixes any more${ended === "" ? "" : ` (since ${ended})`}`,
        advice: "move to a version that its makers still mend",
      },
    ];
  },
};

/** Empty: before the table begins; undefined: nothing is known. */
function lastDay(table: Readonly<Record<string, string>>, version: string): string | undefined {
  const known = Object.hasOwn(table, version) ? table[version] : undefined;
  if (known !== undefined) return known;
  const first = Object.keys(table).toSorted(compare)[0];
  return first !== undefined && compare(version, first) < 0 ? "" : undefined;
}

function compare(a: string, b: string): number {
  const [left, right] = [a.split(".").map(Number), b.split(".").map(Number)];
  const at = left.findIndex((part, place) => part !== (right[place] ?? 0));
  return at === -1 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? 0);
}

export const largeContent: Rule = {
  code: "large-folder",
  severity: "should",
  message: "the folder is large",
  why: "all of it is packed, sent and unpacked on each node at every deploy",
  advice: "[build] exclude names what the running service does not need, as .gitignore does",
  find({ facts, spec }) {
    if (spec.build.exclude.length > 0 || spec.build.image !== undefined) return [];
    if (facts.truncated) return [{ message: "the folder has more than 20,000 files" }];
    const large = facts.files.filter(({ size }) => size > largeFile).toSorted((a, b) => b.size - a.size);
    const whole = facts.files.reduce((sum, { size }) => sum + size, 0);
    const [first] = large;
    if (first !== undefined && large.length < 4)
      return large.map(({ path, size }) => ({
        place: { file: path },
        message: `a file of ${Math.round(size / 1e6)} MB`,
      }));
    if (whole < largeFolder) return [];
    const folders = new Map<string, number>();
    for (const { path, size } of facts.files) {
      const top = path.includes("/") ? `${path.split("/")[0]}/` : path;
      folders.set(top, (folders.get(top) ?? 0) + size);
    }
    const most = [...folders].toSorted((a, b) => b[1] - a[1]).slice(0, 3);
    return [
      {
        message: `the folder has ${Math.round(whole / 1e6)} MB: ${most.map(([top, size]) => `${top} ${Math.round(size / 1e6)} MB`).join(", ")}`,
      },
    ];
  },
};
