import assert from "node:assert/strict";
import test from "node:test";
import { rollOutPods } from "./roll-out-pods.ts";

test("1,000 pods are rolled out to a new template, twice the same from one seed", async () => {
  const first = await rollOutPods(20, 50, 7);
  const second = await rollOutPods(20, 50, 7);
  assert.equal(second.history, first.history);
  assert.ok(first.changes > 10_000);
  // The figure itself is in bench/README.md; this holds on slow machines too.
  assert.ok(second.cpuMilliseconds < 15_000, `${second.cpuMilliseconds} ms`);
});

test("another seed gives another history", async () => {
  assert.notEqual((await rollOutPods(2, 3, 1)).history, (await rollOutPods(2, 3, 2)).history);
});
