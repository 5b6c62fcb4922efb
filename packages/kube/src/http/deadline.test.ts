import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { virtualClock } from "@fairway/rollout/testing";
import { createDeadline } from "./deadline.ts";

/** A deadline of a second, and what goes on beside it. */
function aSecond() {
  const clock = virtualClock();
  let answeredAt = Number.NEGATIVE_INFINITY;
  const deadline = createDeadline({ ...clock, random: () => 0 }, 1_000, { lastAnswer: () => answeredAt });
  let endedAt: number | undefined;
  deadline.signal.addEventListener("abort", () => {
    endedAt = clock.elapsed();
  });
  const answer = () => {
    answeredAt = clock.elapsed();
  };
  return { clock, deadline, answer, endedAt: () => endedAt };
}

describe("the time of a call", () => {
  it("ends when it is used up", async () => {
    const { clock, deadline, endedAt } = aSecond();
    await clock.advance(5_000);
    assert.equal(endedAt(), 1_000);
    assert.ok(deadline.isOver());
  });

  for (const queued of [150, 3_000]) {
    it(`stands still for ${queued} ms in the queue, and goes on after it with what was left`, async () => {
      const { clock, deadline, answer, endedAt } = aSecond();
      await clock.advance(900);
      const turn = deadline.queueing(() => clock.sleep(queued));
      for (let waited = 0; waited < queued; waited += 50) {
        await clock.advance(50);
        answer();
      }
      await turn;
      assert.equal(deadline.left(), 100);
      await clock.advance(5_000);
      assert.equal(endedAt(), 900 + queued + 100);
    });
  }

  it("ends in a queue in which nobody is answered for as long", async () => {
    const { clock, deadline, answer, endedAt } = aSecond();
    void deadline.queueing(() => clock.sleep(60_000));
    await clock.advance(700);
    answer();
    await clock.advance(5_000);
    assert.equal(endedAt(), 1_700);
  });

  it("leaves nothing that runs when it is ended", async () => {
    const { clock, deadline, endedAt } = aSecond();
    await deadline.queueing(async () => undefined);
    deadline.end();
    await clock.advance(5_000);
    assert.equal(endedAt(), undefined);
  });
});
