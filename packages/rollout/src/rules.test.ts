import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";

const folder = import.meta.dirname;
const rules = readFileSync(join(folder, "../RULES.md"), "utf8")
  .split(/^\d+\. /m)
  .slice(1);
/** What the engine alone cannot show is shown where it is wired. */
const folders = [join(folder, "../../../apps/server/src"), folder];
const titles = new Map(
  folders.flatMap((cwd) =>
    globSync("**/*.test.ts", { cwd }).map(
      (file) => [basename(file), titlesOf(readFileSync(join(cwd, file), "utf8"))] as const,
    ),
  ),
);

/** What tests and groups are called: as it is written, and what stands first in the rows of tables, of which titles are made. */
function titlesOf(source: string): readonly string[] {
  const found = source.matchAll(
    /(?:\b(?:describe|it|test)(?:\.\w+)?\(|\btitle:|^ *\[)\s*(["'`])((?:\\.|(?!\1).)*)\1/gms,
  );
  return [...found].map(([, , title = ""]) => title);
}

test("every rule names tests that there are", () => {
  assert.ok(rules.length >= 30);
  for (const [index, rule] of rules.entries()) {
    const text = (rule.split(/^(?:## |$)/m)[0] ?? "").replace(/\s+/g, " ").trim();
    const named = [...text.matchAll(/`(?:\w+\/)*([\w-]+\.test\.ts)`(?:: ([^`]*))?/g)];
    assert.ok(named.length > 0, `rule ${index + 1} names no test`);
    for (const [, file = "", words = ""] of named) {
      const those = titles.get(file);
      assert.ok(those !== undefined, `rule ${index + 1} names ${file}, which is not there`);
      const phrases = words
        .split(";")
        .map((part) => part.trim().replace(/\.$/, ""))
        .filter((part) => part !== "");
      assert.ok(phrases.length > 0, `rule ${index + 1} names no test of ${file}`);
      for (const phrase of phrases) {
        const isThere = those.some((title) => title.includes(phrase));
        assert.ok(isThere, `rule ${index + 1}: no test of ${file} is called "${phrase}"`);
      }
    }
  }
});
