import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { atMostEvery } from "./at-most-every.ts";

test("the first call counts at once, those that follow soon count as one, and none is lost", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    let calls = 0;
    const call = atMostEvery(100, () => {
      calls += 1;
    });
    call();
    assert.equal(calls, 1, "nobody waits while little happens");
    for (let index = 0; index < 50; index += 1) call();
    assert.equal(calls, 1);
    mock.timers.tick(100);
    assert.equal(calls, 2);
    call();
    assert.equal(calls, 2, "the one in between has its time too");
    mock.timers.tick(100);
    assert.equal(calls, 3);
    mock.timers.tick(1_000);
    assert.equal(calls, 3, "nothing is done that nobody asked for");
    call();
    assert.equal(calls, 4);
  } finally {
    mock.timers.reset();
  }
});
