import assert from "node:assert/strict";
import { test } from "node:test";
import { splitWords } from "./split-words.ts";

const split: readonly [line: string, words: readonly string[]][] = [
  ["node .", ["node", "."]],
  ["  node\t server.js \n", ["node", "server.js"]],
  [`a "b c" 'd "e"' f"g"'h'`, ["a", "b c", 'd "e"', "fgh"]],
  [`a '' ""`, ["a", "", ""]],
  [`a\\ b "c\\"d" 'e\\f' "g\\h"`, ["a b", 'c"d', "e\\f", "g\\h"]],
  [`a '$HOME' 'b|c' "*"`, ["a", "$HOME", "b|c", "*"]],
  ["a --x=1 b~ c#d e@f {g}", ["a", "--x=1", "b~", "c#d", "e@f", "{g}"]],
];
for (const [line, words] of split) {
  test(`${line} are ${words.length} words`, () => assert.deepEqual(splitWords(line), { ok: true, words }));
}

const refused: readonly [line: string, reason: string][] = [
  ["", "is empty"],
  [" \n", "is empty"],
  ["a | b", 'has "|", which only a shell understands'],
  ["a && b", 'has "&&", which only a shell understands'],
  ["a; b", 'has ";", which only a shell understands'],
  ["a > b", 'has ">", which only a shell understands'],
  ["a $PORT", 'has "$", which only a shell understands'],
  ['a "$PORT"', 'has "$", which only a shell understands'],
  ["a `b`", 'has "`", which only a shell understands'],
  ["a *.js", 'has "*", which only a shell understands'],
  ["a ~/b", 'has "~", which only a shell understands'],
  ["a # b", 'has "#", which only a shell understands'],
  ["a\nb", "has several lines, which only a shell understands"],
  ["NODE_ENV=test node .", "sets NODE_ENV, which only a shell understands; variables stand in [env]"],
  ["a 'b", "has a quote that is not closed"],
  ['a "b', "has a quote that is not closed"],
  ["a \\", "ends with a backslash"],
];
for (const [line, reason] of refused) {
  test(`${JSON.stringify(line)} ${reason}`, () => assert.deepEqual(splitWords(line), { ok: false, reason }));
}
