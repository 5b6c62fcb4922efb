import assert from "node:assert/strict";
import { test } from "node:test";
import { passLoop } from "./pass-loop.ts";

/** A pass that waits until it is let go on, so that what comes meanwhile is seen. */
function held(wait?: number) {
  const begun: PromiseWithResolvers<void>[] = [];
  const waiting: ((at: number) => void)[] = [];
  const loop = passLoop(async () => {
    const mine = Promise.withResolvers<void>();
    begun.push(mine);
    for (const tell of waiting) tell(begun.length);
    await mine.promise;
    return wait;
  });
  /** Resolves when so many passes have begun. */
  const reaches = (count: number): Promise<void> => {
    const reached = Promise.withResolvers<void>();
    const tell = (at: number): void => {
      if (at >= count) reached.resolve();
    };
    waiting.push(tell);
    tell(begun.length);
    return reached.promise;
  };
  return { ...loop, begun, reaches };
}

test("nothing happens before it is started, and what was asked before is not lost", async () => {
  const loop = held();
  loop.wake();
  assert.equal(loop.begun.length, 0);
  loop.start();
  await loop.reaches(1);
  loop.begun[0]?.resolve();
  await loop.stop();
});

test("one pass at a time; however often it is woken meanwhile, one more follows", async () => {
  const loop = held();
  loop.start();
  await loop.reaches(1);
  for (let time = 0; time < 3; time++) loop.wake();
  assert.equal(loop.begun.length, 1);
  loop.begun[0]?.resolve();
  await loop.reaches(2);
  loop.begun[1]?.resolve();
  await loop.stop();
  assert.equal(loop.begun.length, 2);
});

test("a pass that wants to be called again is, though nobody wakes it", async () => {
  const loop = held(1);
  loop.start();
  await loop.reaches(1);
  loop.begun[0]?.resolve();
  await loop.reaches(2);
  loop.begun[1]?.resolve();
  await loop.stop();
});

test("stop waits for the pass under way, and none follows", async () => {
  const loop = held(1);
  loop.start();
  await loop.reaches(1);
  loop.wake();
  let stopped = false;
  const stop = loop.stop().then(() => {
    stopped = true;
  });
  await Promise.resolve();
  assert.equal(stopped, false);
  loop.begun[0]?.resolve();
  await stop;
  loop.wake();
  assert.equal(loop.begun.length, 1);
});
