import assert from "node:assert/strict";
import { test } from "node:test";
import { appendLines, emptyBuffer } from "./log-buffer.ts";

const lines = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    cluster: "alpha",
    pod: "user-a",
    container: "app",
    text: `${index}`,
  }));

test("lines keep their numbers while the oldest are dropped", () => {
  const first = appendLines(emptyBuffer, lines(9_999));
  const second = appendLines(first, lines(11));
  assert.equal(second.lines.length, 10_000);
  assert.equal(second.lines[0]?.id, 11);
  assert.equal(second.lines.at(-1)?.id, 10_010);
  assert.equal(second.next, 10_011);
});
