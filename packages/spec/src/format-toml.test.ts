import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { formatToml } from "./index.ts";
import { readToml } from "./toml/read-toml.ts";
import { plainValue } from "./toml/tree.ts";

function formatted(text: string): string {
  const result = formatToml(text);
  assert.ok(result.ok, JSON.stringify(result));
  return result.text;
}

const cases: readonly [name: string, text: string, expected: string][] = [
  ["nothing", "", ""],
  ["spaces around = and at the ends of lines", '  name="user"  \n\treplicas   =  2', 'name = "user"\nreplicas = 2\n'],
  [
    "a blank line before tables, none below their headers, one at most elsewhere",
    '\n\nname = "a"\n\n\n\nowner = "b"\n[ engine ]\n\nname = "node"\n[[ dependencies ]]\nname = "x"\n',
    'name = "a"\n\nowner = "b"\n\n[engine]\nname = "node"\n\n[[dependencies]]\nname = "x"\n',
  ],
  [
    "comments stay where they are",
    '#:schema x\n# top\nname = "a"# why\n\n   # about the engine   \n[engine] #h\n# first\nname = "node"\n\n# the end',
    '#:schema x\n# top\nname = "a" # why\n\n# about the engine\n[engine] #h\n# first\nname = "node"\n\n# the end\n',
  ],
  [
    "lists: on one line when they fit, else one item a line",
    `a = [ 1,2\n,3, ]\nb = ["${"x".repeat(60)}", "${"y".repeat(60)}"]\nc = []\n`,
    `a = [1, 2, 3]\nb = [\n  "${"x".repeat(60)}",\n  "${"y".repeat(60)}",\n]\nc = []\n`,
  ],
  [
    "comments in lists",
    "a = [ # first\n  1, # one\n  # two is left out\n  3 # three\n  , [4, # four\n 5]]\n",
    "a = [\n  # first\n  1, # one\n  # two is left out\n  3, # three\n  [\n    4, # four\n    5,\n  ],\n]\n",
  ],
  ["tables on one line", "a = {b=1,c = { }, d=[1,2]}\n", "a = { b = 1, c = {}, d = [1, 2] }\n"],
  [
    "values and keys as they were written",
    `"a b".'c' . d = 'x\\y'\ne = 1_000\nf = 0xFF\ng = 1e3\nh = """\nx  \n  y"""\ni = 1979-05-27 07:32:00Z\n`,
    `"a b".'c'.d = 'x\\y'\ne = 1_000\nf = 0xFF\ng = 1e3\nh = """\nx  \n  y"""\ni = 1979-05-27 07:32:00Z\n`,
  ],
  ["Windows line ends and a byte order mark", "\uFEFFa=1\r\n[b]\r\nc=2\r\n", "a = 1\r\n\r\n[b]\r\nc = 2\r\n"],
  [
    "line ends in texts are not those of the file",
    'a = [\r\n]\r\nb = """\nx\n"""\r\n',
    'a = []\r\nb = """\nx\n"""\r\n',
  ],
  ["line ends in a text that comes first", 'a = {b=[\r\n],c="""\nx\n"""}\n', 'a = { b = [], c = """\nx\n""" }\r\n'],
];
for (const [name, text, expected] of cases) {
  test(`formatted: ${name}`, () => {
    assert.equal(formatted(text), expected);
    assert.equal(formatted(expected), expected);
  });
}

test("what is no TOML gives its issues", () => {
  const result = formatToml("name = \n");
  assert.deepEqual(result.ok || result.issues.map(({ code, line }) => [code, line]), [["syntax", 1]]);
});

function meaning(text: string): unknown {
  const read = readToml(text);
  assert.ok(read.ok, JSON.stringify(read));
  return plainValue(read.root, (scalar) => [scalar.type, scalar.text]);
}

/** TOML written in every way: comments, spaces and line ends wherever they may stand. */
const space = fc.constantFrom("", " ", "  ", "\t");
const gap = fc.constantFrom("\n", "\n\n", " # x\n", "\r\n", "\n# y  \n", "\n \n\n\n", "\n#\n# z\n");
const inList = fc.constantFrom("", " ", "\n", " # in\n", "\n\n  # on its own\n", "\r\n");
const scalar = fc.constantFrom(
  "1",
  "-1_0",
  "1.50",
  "true",
  "inf",
  '"a # b"',
  "'[x]'",
  '"""\n x\n"""',
  "1979-05-27",
  '"é]"',
  "''",
);
const { value } = fc.letrec<{ value: string; list: string; table: string }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, scalar, tie("list"), tie("table")),
  list: fc
    .tuple(fc.array(fc.tuple(inList, tie("value"), inList), { maxLength: 4 }), fc.boolean(), inList)
    .map(([items, comma, end]) => {
      const inside = items.map(([before, item, after]) => before + item + after).join(",");
      return `[${inside}${comma && items.length > 0 ? "," : ""}${end}]`;
    }),
  table: fc
    .array(fc.tuple(space, tie("value"), space), { maxLength: 3 })
    .map((pairs) => `{${pairs.map(([a, item, b], at) => `${a}k${at}${b}=${a}${item}${b}`).join(",")}}`),
}));
const setting = fc.tuple(space, space, value, gap).map(
  ([a, b, of, end]) =>
    (at: number) =>
      `${a}k${at}${b}=${a}${of}${end}`,
);
const header = fc.tuple(space, space, gap, fc.boolean()).map(
  ([a, b, end, list]) =>
    (at: number) =>
      list ? `${a}[[${b}t${at}${a}]]${end}` : `${a}[${b}t${at}${a}.x]${end}`,
);
const file = fc
  .tuple(
    fc.constantFrom("", "\uFEFF", "# first\n", "\n\n"),
    fc.array(fc.oneof(setting, setting, header), { maxLength: 8 }),
  )
  .map(([start, parts]) => start + parts.map((part, at) => part(at)).join(""));

const folder = new URL("../../manifests/testdata/", import.meta.url);
const goldens = readdirSync(folder).map((name) => readFileSync(new URL(`${name}/app.toml`, folder), "utf8"));

test("formatting changes no meaning and loses no comment, and twice is as good as once", () => {
  fc.assert(
    fc.property(fc.oneof(file, fc.constantFrom(...goldens)), (text) => {
      const once = formatted(text);
      assert.deepEqual(meaning(once), meaning(text));
      assert.equal(formatted(once), once);
      const comments = (toml: string) => toml.match(/# ?(x|y|z|in|on its own|first)\b/g)?.toSorted() ?? [];
      assert.deepEqual(comments(once), comments(text));
    }),
    { numRuns: 1500 },
  );
});

test("a large file takes no longer than its size", { timeout: 20_000 }, () => {
  const long = Array.from({ length: 10_000 }, (_, at) => `  ${at}, # number ${at}`).join("\n");
  const text = `a = [\n${long}\n]\n${Array.from({ length: 10_000 }, (_, at) => `k${at} = 1 # ${at}\n# y\n`).join("")}`;
  assert.equal(formatted(text), text);
  const deep = `a = ${"[".repeat(30)}"${"x".repeat(120)}"${"]".repeat(30)}\n`;
  assert.deepEqual(meaning(formatted(deep)), meaning(deep));
});
