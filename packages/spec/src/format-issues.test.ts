import assert from "node:assert/strict";
import { test } from "node:test";
import { formatIssues, parseAppToml } from "./index.ts";

function shown(text: string, color = false): string {
  const parsed = parseAppToml(text);
  assert.ok(!parsed.ok);
  return formatIssues(parsed.issues, text, "app.toml", { color });
}

test("an issue shows its place, the line before, the line, and what to do", () => {
  assert.equal(
    shown('name = "user"\n\nowner = "users"\nreplica = 2\n'),
    `app.toml:4:1  unknown key "replica"  [unknown-key]

  3 │ owner = "users"
  4 │ replica = 2
    │ ^^^^^^^ did you mean "replicas"?

1 problem. Every field: fairway help app.toml
`,
  );
});

test("several issues, the first line, an empty line before, wider line numbers", () => {
  assert.equal(
    shown(`names = "user"\n${"\n".repeat(8)}[run]\nport = "5"\n`),
    `app.toml:1:1  unknown key "names"  [unknown-key]

  1 │ names = "user"
    │ ^^^^^ did you mean "name"?

app.toml:11:8  run.port must be a whole number from 1024 to 65535, found the text "5"  [wrong-type]

  10 │ [run]
  11 │ port = "5"
     │        ^^^ write it without quotes: port = 5

2 problems. Every field: fairway help app.toml
`,
  );
});

test("colours for terminals only", () => {
  assert.ok(shown("replica = 2", true).includes('\u001B[31m^^^^^^^ did you mean "replicas"?\u001B[39m'));
  assert.equal(shown("replica = 2").includes("\u001B"), false);
});

test("carets stand below their text after tabs, wide and combining characters", () => {
  const lines = shown('env = { A = "漢字e\u0301",\t"b c" = "" }\nname = "user"').split("\n");
  const caret = lines.findIndex((line) => line.includes("^"));
  // On a terminal the two ideographs take two columns each, the combining accent none.
  assert.equal(lines[caret - 1]?.indexOf('"b c"'), 26);
  assert.equal(lines[caret]?.indexOf("^^^^^"), 27);
});

test("a line of any length is shown around the issue", () => {
  const text = `name = "user"\nrun = { args = ["${"x".repeat(5000)}"], grce = 1 }`;
  const lines = shown(text).split("\n");
  const caret = lines.findIndex((line) => line.includes("^^^^ "));
  assert.ok(lines.every((line) => line.length < 140));
  assert.equal(lines[caret - 1]?.slice(lines[caret]?.indexOf("^")).startsWith("grce"), true);
});

test("a file cannot steer the terminal", () => {
  const text = 'name = "\u009B31m\u202E"\n"\\u001b[2J\u009B" = 1 # \u0085';
  assert.doesNotMatch(shown(text), /[[\p{Cc}\p{Cf}]--\n]/v);
  const issue = { code: "bad-value", message: "m", line: 1, column: 1, length: 1, hint: "write\tit\u001b[2J so" };
  assert.match(formatIssues([issue], text, "app.toml"), /\^ write it\uFFFD\[2J so\n/);
});
