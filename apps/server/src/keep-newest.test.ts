import assert from "node:assert/strict";
import { test } from "node:test";
import { keepNewest } from "./keep-newest.ts";

test("what was added first makes room", () => {
  const known = new Map<string, number>();
  for (const [at, key] of ["a", "b", "c"].entries()) keepNewest(known, key, at, 2);
  assert.deepEqual(
    [...known],
    [
      ["b", 1],
      ["c", 2],
    ],
  );
});

test("what is there already takes nobody's room", () => {
  const known = new Map([
    ["a", 0],
    ["b", 1],
  ]);
  keepNewest(known, "b", 2, 2);
  assert.deepEqual(
    [...known],
    [
      ["a", 0],
      ["b", 2],
    ],
  );
});
