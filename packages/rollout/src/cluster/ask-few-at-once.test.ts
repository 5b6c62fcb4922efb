import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { askFewAtOnce } from "./ask-few-at-once.ts";

test("answers come in the items' order, whichever is given first", async () => {
  const slow = Promise.withResolvers<string>();
  const items = Array.from({ length: 30 }, (_, at) => at);
  const answers = await askFewAtOnce(items, async (item) => {
    if (item === 29) slow.resolve("late");
    return item === 3 ? slow.promise : `${item}`;
  });
  assert.deepEqual(
    answers,
    items.map((item) => (item === 3 ? "late" : `${item}`)),
  );
  assert.deepEqual(await askFewAtOnce([], async () => "none"), []);
});

test("after a failure no more are asked", async () => {
  const asked: number[] = [];
  const failed = askFewAtOnce([...Array(100).keys()], async (item) => {
    asked.push(item);
    await setImmediate();
    if (item === 0) throw new Error("silent");
  });
  await assert.rejects(failed, /silent/);
  for (let turn = 0; turn < 100; turn += 1) await setImmediate();
  assert.ok(asked.length < 25, `${asked.length} were asked`);
});
