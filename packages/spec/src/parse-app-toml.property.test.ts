import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { fieldHelp, formatIssues, type Issue, issueCodes, parseAppToml, type ServiceSpec, specFor } from "./index.ts";
import { mergeTables } from "./toml/merge-tables.ts";
import { readToml } from "./toml/read-toml.ts";
import { type Range, source } from "./toml/source.ts";
import { plainValue, type TomlNode, type TomlTable } from "./toml/tree.ts";

/** The valid files that the renderer's golden tests use, and one with every field. */
const folder = new URL("../../manifests/testdata/", import.meta.url);
const files = [
  ...readdirSync(folder).map((name) => readFileSync(new URL(`${name}/app.toml`, folder), "utf8")),
  readFileSync(new URL("../testdata/every-field.toml", import.meta.url), "utf8"),
];

const token = fc.constantFrom(
  ..."[ ] [[ ]] { } = . , # \" ' \"\"\" ''' \\ \\u0000 \\uD800 1 -1 1.5 1e9 0x 01 inf nan true 2024-01-01 07:32:00".split(
    " ",
  ),
  ...["\n", "\r\n", "\r", " ", "\t", "\0", "\u001B", "\uFEFF", "\uD800", "漢", "🐢", "\u0301"],
  ...["name", "kind", "replicas", "engine", "run", "command", "args", "health", "live", "path", "dependencies"],
  ...["env", "envs", "prod", "PORT", "secrets", "required", "kubernetes", "__proto__", "constructor", "toString"],
  ...[
    "crons",
    "schedule",
    "deploy",
    "steps",
    "weight",
    "public",
    "host",
    "memory",
    "stagger",
    "patches",
    "merge",
    "json",
  ],
  ...[
    '"0 3 * * *"',
    '"5m"',
    '"10.0.0.0/8"',
    '"a.b:1"',
    '"https://a"',
    '"256Mi"',
    "[[crons]]",
    "[[public]]",
    "[deploy]",
  ],
  ...['"user"', '"a b"', '"/x"', '["node", "."]', "[env]", "[[dependencies]]", "[envs.prod]", "name = ", "env.A = "],
);
const soup = fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join(""));
const damaged = fc
  .tuple(fc.constantFrom(...files), fc.nat(), soup, fc.nat({ max: 20 }))
  .map(([file, at, inserted, removed]) => {
    const start = at % (file.length + 1);
    return file.slice(0, start) + inserted + file.slice(start + removed);
  });
const bytes = fc.uint8Array({ maxLength: 200 }).map((some) => new TextDecoder().decode(some));

test("whatever the file holds: a meaning, or issues with places inside of it that can be shown", () => {
  fc.assert(
    fc.property(fc.oneof(soup, damaged, bytes, fc.string({ unit: "binary" })), (text) => {
      const parsed = parseAppToml(text, { environments: ["prod", "staging"] });
      if (parsed.ok) return;
      assert.ok(parsed.issues.length > 0);
      const lines = (text.startsWith("\uFEFF") ? text.slice(1) : text).split("\n");
      for (const { line, column, length, message, code } of parsed.issues) {
        const shown = lines[line - 1];
        assert.ok(shown !== undefined, `line ${line} of ${lines.length}`);
        assert.ok(column >= 1 && column <= shown.length + 1, `column ${column} of ${shown.length}`);
        assert.ok(length >= 1 && length <= Math.max(1, shown.length - column + 1), `length ${length}`);
        assert.ok(Object.hasOwn(issueCodes, code), code);
        assert.doesNotMatch(message, /undefined|\[object|NaN/);
      }
      assert.doesNotMatch(formatIssues(parsed.issues, text, "app.toml"), /[\p{Cc}--\n]/v);
    }),
    { numRuns: 3000, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
  );
});

test("the costliest files that are read take seconds at most; what would take longer is refused", {
  timeout: 60_000,
}, () => {
  const file = (variables: number, environments: number): string => {
    const ofBase = Array.from({ length: variables }, (_, at) => `V${at} = 1`).join("\n");
    const over = Array.from({ length: environments }, (_, at) => `[envs.e${at}.env]\nA = 1`).join("\n");
    return `name = "a"\n[env]\n${ofBase}\n${over}`;
  };
  const codes = (text: string) => {
    const parsed = parseAppToml(text);
    return parsed.ok || parsed.issues.map(({ code }) => code);
  };
  assert.equal(codes(file(3_900, 100)), true);
  assert.deepEqual(codes(file(15_000, 100)), ["too-large"]);
  assert.deepEqual(codes(file(10, 5_000)), ["bad-value"]);
});

/** Every key of the file that is a field's name: not the names of variables and environments, not what patches hold. */
function fieldKeys(
  node: TomlNode,
  path: readonly string[] = [],
): readonly { key: string; path: string; range: Range }[] {
  if (node.type === "list") return node.items.flatMap((item) => fieldKeys(item, path));
  const last = path.at(-1) ?? "";
  if (node.type !== "table" || ["env", "merge", "value"].includes(last)) return [];
  const free = path.length === 1 && path[0] === "envs";
  return [...node.entries].flatMap(([key, entry]) => [
    ...(free ? [] : [{ key, path: [...path, key].join("."), range: entry.key }]),
    ...fieldKeys(entry.node, [...path, key]),
  ]);
}

/** The key with one slip at each place: a letter left out, typed twice, replaced, swapped with the next. */
function misspelled(key: string): readonly string[] {
  const slips = [...key].flatMap((letter, at) => {
    const [before, after] = [key.slice(0, at), key.slice(at + 1)];
    const swapped = before + after.charAt(0) + letter + after.slice(1);
    const replaced = ["q", "s", "e"].map((other) => before + other + after);
    return [before + after, before + letter + letter + after, ...replaced, swapped];
  });
  return [...new Set(slips)].filter((slip) => slip !== key && slip !== "");
}

/** What is said about the text at `range` once `slip` stands there. */
function issueAbout(file: string, range: Range, slip: string): Issue | undefined {
  const { line, column } = source(file).placeOf(range);
  const parsed = parseAppToml(file.slice(0, range[0]) + slip + file.slice(range[1]));
  return parsed.ok ? undefined : parsed.issues.find((one) => one.line === line && one.column === column);
}

/** Slips that are the name of another field. */
const fields = new Set(fieldHelp().map(({ field }) => field.split(".").at(-1)));

test("every key of the valid files, misspelled at any place, is found there and the right one is suggested", () => {
  let tried = 0;
  const seen = new Set<string>();
  for (const file of files) {
    const read = readToml(file);
    for (const { key, path, range } of read.ok ? fieldKeys(read.root) : []) {
      const slips = misspelled(key).filter((slip) => !fields.has(slip));
      // Each field gets every slip once, and one wherever else it stands.
      for (const slip of seen.has(path) ? slips.slice(tried % slips.length).slice(0, 1) : slips) {
        const issue = issueAbout(file, range, slip);
        assert.equal(issue?.code, "unknown-key", `${key} as ${slip}`);
        assert.match(issue?.hint ?? "", new RegExp(`^did you mean .*"${key}"`), `${key} as ${slip}`);
        tried += 1;
      }
      seen.add(path);
    }
  }
  assert.ok(tried > 3000, `${tried} misspellings`);
});

/** Settings that go together in any choice, as `key = one of these`. */
const pool: Readonly<Record<string, readonly string[]>> = {
  description: ['"a"', '"b"'],
  owner: ['"x"', '"y"'],
  replicas: ["3", "7", "{ min = 2, max = 5 }"],
  "engine.size": ['"small"', '"large"'],
  "run.port": ["9000", "9001"],
  "run.grace": ["5", '"1m"'],
  "run.command": ['"node a.js"', '["node", "b.js"]'],
  "health.live": ['"/a"', "false"],
  "health.ready": ['{ path = "/r" }'],
  "env.A": ['"1"', "2", "true"],
  "env.B": ['"x"'],
  "env.C": ["1.50"],
  dependencies: ['[{ name = "a" }, { name = "b" }]', "[]", '[{ name = "c", timeout = "1s" }]'],
  crons: ['[{ name = "c", schedule = "@daily", command = "x" }]', "[]"],
  "secrets.required": ['["S"]', '["T", "U"]'],
  "deploy.timeout": ["60", '"2m"'],
  "resources.cpu": ['"1"', '"250m"'],
  "resources.limits.cpu": ["2", "3"],
  "slo.availability": ["99", "99.9"],
  "public.host": ['"a.example.com"', '"b.example.com"'],
  "kubernetes.patches": ['[{ kind = "Service", merge = { a = 1 } }]', "[]"],
};
type Settings = Readonly<Record<string, string | undefined>>;
const settings: fc.Arbitrary<Settings> = fc.record(
  Object.fromEntries(Object.entries(pool).map(([key, values]) => [key, fc.constantFrom(...values)])),
  { requiredKeys: [] },
);

const lines = (some: Settings, under = ""): string =>
  Object.entries(some)
    .map(([key, value]) => `${under}${key} = ${value}\n`)
    .join("");

/** What `[envs.prod]` makes of a base. */
function prodOf(base: Settings, over: Settings): ServiceSpec {
  const text = `name = "user"\n${lines(base)}${lines(over, "envs.prod.")}envs.staging.owner = "z"\n`;
  const parsed = parseAppToml(text);
  assert.ok(parsed.ok, `${text}${JSON.stringify(parsed)}`);
  return specFor(parsed.value, "prod");
}

test("an environment is the file that somebody would have written for it alone", () => {
  fc.assert(
    fc.property(settings, settings, (base, over) => {
      assert.deepEqual(prodOf(base, over), prodOf({ ...base, ...over }, {}));
    }),
  );
});

test("no overrides leave the base, the base's own change nothing, and overriding alone is enough", () => {
  fc.assert(
    fc.property(settings, settings, (base, over) => {
      assert.deepEqual(prodOf(base, {}), prodOf({}, base));
      assert.deepEqual(prodOf(base, base), prodOf(base, {}));
      assert.deepEqual(prodOf({ ...base, ...over }, over), prodOf(base, over));
    }),
  );
});

const table = fc
  .dictionary(fc.constantFrom("A", "B", "C", "D"), fc.nat({ max: 9 }), { maxKeys: 4 })
  .map((values) =>
    tableOf(lines(Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)])))),
  );

function tableOf(text: string): TomlTable {
  const read = readToml(text);
  assert.ok(read.ok);
  return read.root;
}

test("variables merge associatively, and a table over itself is itself", () => {
  const plain = (of: TomlTable): unknown => plainValue(of, ({ value }) => value);
  fc.assert(
    fc.property(table, table, table, (a, b, c) => {
      assert.deepEqual(plain(mergeTables(mergeTables(a, b), c)), plain(mergeTables(a, mergeTables(b, c))));
      assert.deepEqual(plain(mergeTables(mergeTables(a, b), b)), plain(mergeTables(a, b)));
      assert.deepEqual(plain(mergeTables(a, a)), plain(a));
    }),
  );
});
