import assert from "node:assert/strict";
import { test } from "node:test";
import { lineQueue } from "./line-queue.ts";

test("a producer waits while the reader is behind, and goes on when it has caught up", async () => {
  const queue = lineQueue<number>(4);
  let produced = 0;
  const producer = (async () => {
    for (; produced < 100; produced += 1) await queue.push(produced);
    queue.end();
  })();
  const read: number[] = [];
  for await (const item of queue.read(new AbortController().signal)) {
    read.push(item);
    assert.ok(produced - item <= 4, `${produced} produced when ${item} was read`);
  }
  await producer;
  assert.deepEqual(
    read,
    Array.from({ length: 100 }, (_, index) => index),
  );
});

test("a reader that leaves frees the producers", async () => {
  const queue = lineQueue<number>(1);
  const pushed = queue.push(1);
  const other = queue.push(2);
  for await (const _ of queue.read(new AbortController().signal)) break;
  await Promise.all([pushed, other]);
});

test("a producer's failure reaches the reader behind what came before", async () => {
  const queue = lineQueue<string>(10);
  await queue.push("a");
  queue.fail(new Error("broken"));
  const reader = queue.read(new AbortController().signal);
  assert.equal((await reader.next()).value, "a");
  await assert.rejects(reader.next(), /broken/);
});
