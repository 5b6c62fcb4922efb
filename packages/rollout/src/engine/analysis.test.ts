import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { watchRequests } from "../testing/data-path.ts";
import { going, isBaking, isHolding } from "../testing/strategy-world.ts";

const errors = { query: "errors", max: 0.01 };
const canary = { strategy: "canary", steps: [{ weight: 10, hold: 60_000 }], analysis: [errors] } as const;
const gateway = { router: "gateway" } as const;

describe("the analysis of a canary", () => {
  it("lets a release pass whose measurements are within their bounds, and keeps them as a curve", async () => {
    const { world, result } = await going(canary, gateway);
    world.metrics.set("errors", 0.002);
    const { status, analysis } = await result();
    assert.equal(status, "succeeded");
    assert.deepEqual(analysis?.measurements, [errors]);
    assert.ok(analysis.measured.length >= 3, `${analysis.measured.length} values in a minute`);
    assert.ok(analysis.measured.every(({ values, step }) => values[0] === 0.002 && step === 0));
    assert.deepEqual(analysis.verdict, { state: "good", words: "" });
  });

  for (const journalAhead of [-5_000, 5_000]) {
    it(`is written once a measurement where the journal's clock is ${journalAhead} ms ahead`, async () => {
      const { world, result } = await going(canary, { ...gateway, journalAhead });
      world.metrics.set("errors", 0.002);
      const { status, analysis } = await result();
      assert.equal(status, "succeeded");
      const count = analysis?.measured.length ?? 0;
      assert.ok(count >= 3 && count <= 5, `${count} values in a minute`);
    });
  }

  it("turns back when one is out of its bounds, long before the hold is over", async () => {
    const { world, number, result } = await going(canary, gateway);
    world.metrics.set("errors", 0.002);
    const stop = watchRequests(world.clusters);
    await world.until(number, ({ analysis }) => analysis?.measured.length === 1);
    world.metrics.set("errors", 0.25);
    const { status, causes, analysis } = await result();
    stop();
    assert.equal(status, "failed");
    assert.equal(causes[0]?.code, "AnalysisFailed");
    assert.equal(causes[0]?.message, "errors is 0.25, at most 0.01 is well");
    assert.deepEqual(analysis?.verdict, { state: "bad", words: "errors is 0.25, at most 0.01 is well" });
    assert.equal(analysis.measured.length, 2);
    world.holds("one");
  });

  for (const [title, answer] of [
    ["there is no data", undefined],
    ["the source is silent", new Error("connect ECONNREFUSED")],
  ] as const) {
    it(`keeps the gate shut while ${title}, and opens it for a person`, async () => {
      const { world, number, result } = await going(canary, gateway);
      world.metrics.set("errors", answer);
      await world.until(number, isHolding(10));
      await world.clock.advance(1_200_000);
      const waiting = await world.viewOf(number);
      assert.equal(waiting.status, "running");
      assert.equal(waiting.analysis?.verdict.state, "no-data");
      assert.match(waiting.waitsFor ?? "", /errors has no value yet$/);
      await world.command(number, { type: "promote" });
      assert.equal((await result()).status, "succeeded");
      world.holds("two");
    });
  }

  it("goes on when data comes late", async () => {
    const { world, number, result } = await going(canary, gateway);
    await world.until(number, isHolding(10));
    await world.clock.advance(200_000);
    world.metrics.set("errors", 0);
    assert.equal((await result()).status, "succeeded");
    world.holds("two");
  });

  it("is passed over when a person says so, for the rest of the hold", async () => {
    const { world, number, result } = await going(canary, gateway);
    const now = await world.until(number, isHolding(10));
    await world.command(number, { type: "skip-analysis" });
    await world.until(number, ({ steps }) => steps[0]?.analysisSkipped === true);
    world.metrics.set("errors", 1);
    const { status, steps } = await result();
    assert.equal(status, "succeeded");
    const lasted = Date.parse(steps[0]?.until ?? "") - Date.parse(now.steps[0]?.since ?? "");
    assert.ok(lasted >= 60_000 && lasted < 65_000, `${lasted} ms`);
  });

  it("turns back while it is paused, too: what is broken stays broken", async () => {
    const { world, number, result } = await going(canary, gateway);
    await world.until(number, isHolding(10));
    await world.command(number, { type: "pause" });
    world.metrics.set("errors", 1);
    assert.equal((await result()).status, "failed");
    world.holds("one");
  });

  it("writes fewer entries the longer it lasts", async () => {
    const steps = [{ weight: 10, hold: undefined }];
    const { world, number, result } = await going({ ...canary, steps }, gateway);
    world.metrics.set("errors", 0);
    await world.until(number, isHolding(10));
    await world.clock.advance(14_400_000);
    const { analysis, sequence } = await world.viewOf(number);
    assert.ok(sequence < 300, `${sequence} entries in four hours`);
    assert.ok((analysis?.measured.length ?? 0) > 100, "and still enough for a curve");
    await world.command(number, { type: "promote" });
    await result();
  });
});

describe("the analysis of a wave that is looked at", () => {
  const waves = { waves: [["alpha"]], bake: 300_000, analysis: [errors] } as const;
  const ways = {
    rolling: { deploy: waves, options: {} },
    canary: { deploy: { ...canary, ...waves }, options: gateway },
  } as const;

  for (const [strategy, { deploy, options }] of Object.entries(ways)) {
    it(`turns back when one is out of its bounds, of a ${strategy}, paused or not`, async () => {
      for (const isPaused of [false, true]) {
        const { world, number, result } = await going(deploy, options);
        world.metrics.set("errors", 0.002);
        await world.until(number, isBaking);
        if (isPaused) await world.command(number, { type: "pause" });
        world.metrics.set("errors", 0.25);
        const { status, causes, waves: passed, clusters } = await result();
        assert.equal(status, "failed");
        assert.deepEqual([causes[0]?.code, causes[0]?.cluster], ["AnalysisFailed", "alpha"]);
        assert.equal(causes[0]?.message, "errors is 0.25, at most 0.01 is well");
        assert.deepEqual(
          passed.map((one) => one.status),
          ["restored", "skipped"],
        );
        assert.equal(clusters[1]?.phases["app"]?.status, "skipped");
        world.holds("one");
      }
    });
  }

  it("keeps the next wave waiting without data, says so, and is passed over when a person says so", async () => {
    const { world, number, result } = await going(waves);
    const { waves: begun } = await world.until(number, isBaking);
    await world.clock.advance(1_200_000);
    const waiting = await world.viewOf(number);
    assert.equal(waiting.waves[0]?.status, "baking");
    assert.equal(waiting.analysis?.verdict.state, "no-data");
    assert.match(waiting.waitsFor ?? "", /^wave 1 of 2 is looked at for 5 min.*errors has no value yet$/);
    await world.command(number, { type: "skip-analysis" });
    const { status, waves: passed } = await result();
    assert.equal(status, "succeeded");
    assert.equal(passed[0]?.bake?.analysisSkipped, true);
    assert.equal(passed[0]?.bake?.since, begun[0]?.bake?.since);
    world.holds("two");
  });

  it("ends with its time when all is well, and keeps what was measured as a curve", async () => {
    const { world, number, result } = await going(waves);
    world.metrics.set("errors", 0.002);
    await world.until(number, isBaking);
    const begun = world.clock.now();
    const { status, analysis } = await result();
    assert.equal(status, "succeeded");
    assert.ok(world.clock.now() - begun < 330_000, `${world.clock.now() - begun} ms`);
    assert.ok((analysis?.measured.length ?? 0) >= 10, `${analysis?.measured.length} values`);
    assert.ok(analysis?.measured.every(({ wave, step }) => wave === 0 && step === undefined));
    assert.deepEqual(analysis?.verdict, { state: "good", words: "" });
  });

  it("is for releases that replace one: neither a first one nor a rollback waits for it", async () => {
    const { world, engine, result } = await going(waves, { how: { kind: "rollback" } });
    assert.equal((await result()).status, "succeeded");
    void engine;
    world.holds("two");
  });
});
