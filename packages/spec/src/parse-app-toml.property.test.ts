import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { formatIssues, type Issue, parseAppToml } from "./index.ts";
import { readToml } from "./toml/read-toml.ts";
import { type Range, source } from "./toml/source.ts";
import type { TomlNode } from "./toml/tree.ts";

/** The valid files that the renderer's golden tests use. */
const folder = new URL("../../manifests/testdata/", import.meta.url);
const files = readdirSync(folder).map((name) => readFileSync(new URL(`${name}/app.toml`, folder), "utf8"));

const token = fc.constantFrom(
  ..."[ ] [[ ]] { } = . , # \" ' \"\"\" ''' \\ \\u0000 \\uD800 1 -1 1.5 1e9 0x 01 inf nan true 2024-01-01 07:32:00".split(
    " ",
  ),
  ...["\n", "\r\n", "\r", " ", "\t", "\0", "\u001B", "\uFEFF", "\uD800", "漢", "🐢", "\u0301"],
  ...["name", "kind", "replicas", "engine", "run", "command", "args", "health", "live", "path", "dependencies"],
  ...["env", "envs", "prod", "PORT", "secrets", "kubernetes", "__proto__", "constructor", "toString"],
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
        assert.match(code, /^[a-z]+(-[a-z]+)*$/);
        assert.doesNotMatch(message, /undefined|\[object|NaN/);
      }
      assert.doesNotMatch(formatIssues(parsed.issues, text, "app.toml"), /[\p{Cc}--\n]/v);
    }),
    { numRuns: 3000 },
  );
});

/** Every key of the file that is a field's name: not the names of variables and environments. */
function fieldKeys(node: TomlNode, path: readonly string[] = []): readonly { key: string; range: Range }[] {
  if (node.type === "list") return node.items.flatMap((item) => fieldKeys(item, path));
  if (node.type !== "table" || path.at(-1) === "env") return [];
  const free = path.length === 1 && path[0] === "envs";
  return [...node.entries].flatMap(([key, entry]) => [
    ...(free ? [] : [{ key, range: entry.key }]),
    ...fieldKeys(entry.node, [...path, key]),
  ]);
}

/** The key with one slip at each place: a letter left out, typed twice, replaced, swapped with the next. */
function misspelled(key: string): readonly string[] {
  const slips = [...key].flatMap((letter, at) => {
    const [before, after] = [key.slice(0, at), key.slice(at + 1)];
    const swapped = before + after.charAt(0) + letter + after.slice(1);
    return [before + after, before + letter + letter + after, `${before}q${after}`, swapped];
  });
  return [...new Set(slips)].filter((slip) => slip !== key && slip !== "");
}

/** What is said about the text at `range` once `slip` stands there. */
function issueAbout(file: string, range: Range, slip: string): Issue | undefined {
  const { line, column } = source(file).placeOf(range);
  const parsed = parseAppToml(file.slice(0, range[0]) + slip + file.slice(range[1]));
  return parsed.ok ? undefined : parsed.issues.find((one) => one.line === line && one.column === column);
}

test("every key of the golden files, misspelled at any place, is found there and the right one is suggested", () => {
  let tried = 0;
  for (const file of files) {
    const read = readToml(file);
    for (const { key, range } of read.ok ? fieldKeys(read.root) : []) {
      for (const slip of misspelled(key)) {
        // Left out or typed twice, the s makes another field of these two.
        if (slip === "env" || slip === "envs") continue;
        const issue = issueAbout(file, range, slip);
        assert.equal(issue?.code, "unknown-key", `${key} as ${slip}`);
        assert.match(issue?.hint ?? "", new RegExp(`^did you mean .*"${key}"`), `${key} as ${slip}`);
        tried += 1;
      }
    }
  }
  assert.ok(tried > 500, `${tried} misspellings`);
});
