import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { virtualClock } from "./virtual-clock.ts";

test("what falls due comes in order of time, then of asking; what was cancelled does not come", async () => {
  const asked = fc.array(
    fc.record({ in: fc.integer({ min: -1, max: 5 }), cancelled: fc.boolean(), sleeps: fc.boolean() }),
  );
  await fc.assert(
    fc.asyncProperty(asked, async (waits) => {
      const clock = virtualClock(1_000);
      const came: (readonly [index: number, at: number])[] = [];
      for (const [index, wait] of waits.entries()) {
        const note = () => void came.push([index, clock.now()]);
        const stop = new AbortController();
        const cancel = wait.sleeps ? () => stop.abort() : clock.after(wait.in, note);
        if (wait.sleeps) clock.sleep(wait.in, stop.signal).then(note, () => {});
        if (wait.cancelled) cancel();
      }
      await clock.advance(10);
      const expected = waits.flatMap((wait, index) =>
        wait.cancelled ? [] : [[index, 1_000 + Math.max(0, wait.in)] as const],
      );
      assert.deepEqual(
        came,
        expected.toSorted((a, b) => a[1] - b[1]),
      );
      assert.equal(clock.now(), 1_010);
    }),
  );
});

test("a chain of promises runs to its next wait before time moves", async () => {
  const clock = virtualClock(0);
  const seen: number[] = [];
  clock.after(10, () => {
    let chain = Promise.resolve();
    for (let i = 0; i < 1_000; i += 1) chain = chain.then(() => {});
    void chain.then(() => seen.push(clock.now()));
  });
  clock.after(11, () => seen.push(clock.now()));
  await clock.advance(20);
  assert.deepEqual(seen, [10, 11]);
});

test("waits for a condition, and says so when it never comes", async () => {
  const clock = virtualClock(0);
  let done = false;
  clock.after(500, () => {
    done = true;
  });
  await clock.run(() => done);
  assert.equal(clock.now(), 500);
  await assert.rejects(
    clock.run(async () => false, 100),
    /nothing waits for time any more/,
  );
  clock.after(1_000, () => {});
  await assert.rejects(
    clock.run(() => false, 100),
    /still not so after 100 ms/,
  );
});

test("a clock that jumps keeps nobody waiting for longer or shorter", async () => {
  const clock = virtualClock(0);
  let at: number | undefined;
  clock.after(100, () => {
    at = clock.now();
  });
  clock.jump(-3_600_000);
  await clock.advance(99);
  assert.equal(at, undefined);
  await clock.advance(1);
  assert.equal(at, 100 - 3_600_000);
  assert.equal(clock.elapsed(), 100);
});
