import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";

const folder = import.meta.dirname;
const rules = readFileSync(join(folder, "../RULES.md"), "utf8")
  .split(/^\d+\. /m)
  .slice(1);
const files = new Map(
  globSync("**/*.test.ts", { cwd: folder }).map((file) => [basename(file), readFileSync(join(folder, file), "utf8")]),
);

test("every rule names tests that there are", () => {
  assert.ok(rules.length >= 30);
  for (const [index, rule] of rules.entries()) {
    const text = (rule.split(/^(?:## |$)/m)[0] ?? "").replace(/\s+/g, " ").trim();
    const named = [...text.matchAll(/`(?:\w+\/)?([\w-]+\.test\.ts)`(?:: ([^`]*))?/g)];
    assert.ok(named.length > 0 || /progress\.ts/.test(text), `rule ${index + 1} names no test`);
    for (const [, file = "", words = ""] of named) {
      const source = files.get(file);
      assert.ok(source !== undefined, `rule ${index + 1} names ${file}, which is not there`);
      for (const phrase of words
        .split(";")
        .map((part) => part.trim().replace(/\.$/, ""))
        .filter((part) => part !== "")) {
        assert.ok(source.includes(phrase), `rule ${index + 1}: no test of ${file} says "${phrase}"`);
      }
    }
  }
});
