import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { virtualClock } from "../testing/virtual-clock.ts";
import { startMeasuring } from "./measuring.ts";

/** Measuring by a source that answers after a second, with how often it was asked. */
function slowly() {
  const clock = virtualClock();
  let asked = 0;
  const measuring = startMeasuring({
    ...{ environment: "prod", service: "user", clock },
    metrics: {
      async measure() {
        asked += 1;
        const value = asked;
        await clock.sleep(1_000);
        return value;
      },
    },
    signal: new AbortController().signal,
    log: () => undefined,
    changed: () => undefined,
  });
  const measure = () => measuring.measure({ step: 0 }, [{ query: "errors", max: 1 }], { release: "two", slot: "b" });
  return { clock, measuring, measure };
}

describe("measuring", () => {
  it("gives what was measured until it is forgotten", async () => {
    const { clock, measuring, measure } = slowly();
    measure();
    await clock.advance(2_000);
    assert.deepEqual(measuring.newest(), { step: 0, values: [1] });
    measuring.forget();
    assert.equal(measuring.newest(), undefined);
  });

  it("leaves out what was asked before it was told to forget: the same step of another wave is another", async () => {
    const { clock, measuring, measure } = slowly();
    measure();
    await clock.advance(500);
    measuring.forget();
    await clock.advance(2_000);
    assert.equal(measuring.newest(), undefined);
    measure();
    await clock.advance(2_000);
    assert.deepEqual(measuring.newest(), { step: 0, values: [2] });
  });
});
