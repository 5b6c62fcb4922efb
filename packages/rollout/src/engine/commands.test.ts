import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { watchRequests } from "../testing/data-path.ts";
import { going, isHolding, isIn, isShifting } from "../testing/strategy-world.ts";

const steps = [
  { weight: 10, hold: 60_000 },
  { weight: 50, hold: 60_000 },
];
const canary = { strategy: "canary", steps } as const;
const gateway = { router: "gateway" } as const;

const moments = {
  prepare: isIn("prepare"),
  init: isIn("init"),
  db: isIn("db"),
  app: isIn("app"),
  shifting: isShifting(10),
  holding: isHolding(10),
  "the last shift": isShifting(100),
} as const;

describe("commands", () => {
  for (const [moment, isReached] of Object.entries(moments)) {
    it(`pause in ${moment}, and resume`, async () => {
      const { world, number, result } = await going(canary, { ...gateway, latency: 100, two: { migration: "alpha" } });
      const stop = watchRequests(world.clusters);
      await world.until(number, isReached);
      await world.command(number, { type: "pause" });
      await world.until(number, ({ paused }) => paused !== undefined);
      await world.clock.advance(1_800_000);
      const held = await world.viewOf(number);
      assert.equal(held.status, "running");
      assert.equal(held.waitsFor, "is paused by ops: resume it");
      assert.ok(!(await world.events(number)).some(({ type }) => type === "committed" || type === "abort"));
      await world.command(number, { type: "resume" });
      assert.equal((await result()).status, "succeeded");
      stop();
      world.holds("two");
    });

    it(`abort in ${moment}`, async () => {
      const { world, number, result } = await going(canary, { ...gateway, latency: 100, two: { migration: "alpha" } });
      const stop = watchRequests(world.clusters);
      await world.until(number, isReached);
      await world.command(number, { type: "abort" });
      const ended = await result();
      stop();
      assert.equal(ended.status, moment === "prepare" ? "refused" : "failed");
      assert.equal(ended.reason, "aborted by ops");
      assert.deepEqual(await world.active(), { release: "one", slot: "a" });
      assert.deepEqual([...world.drained], []);
      world.holds("one");
    });
  }

  it("let a hold go on for what was left of it after a pause", async () => {
    const { world, number, result } = await going(canary, gateway);
    const holding = await world.until(number, isHolding(10));
    await world.clock.advance(20_000);
    await world.command(number, { type: "pause" });
    await world.clock.advance(500_000);
    assert.equal((await world.viewOf(number)).steps[0]?.until, undefined, "nobody knows while it is paused");
    await world.command(number, { type: "resume" });
    const following = await world.until(number, isShifting(50));
    await result();
    const since = Date.parse(holding.steps[0]?.since ?? "");
    const began = Date.parse(following.steps[1]?.since ?? "");
    assert.ok(began - since >= 560_000 && began - since < 565_000, `${began - since} ms`);
  });

  it("give a share that was taken in a pause its whole hold, and no more", async () => {
    const { world, number, result } = await going(canary, { ...gateway, latency: 100 });
    await world.until(number, isShifting(10));
    await world.command(number, { type: "pause" });
    await world.until(number, isHolding(10));
    await world.clock.advance(3_600_000);
    const resumed = world.clock.now();
    await world.command(number, { type: "resume" });
    await world.until(number, isShifting(50));
    const held = world.clock.now() - resumed;
    await result();
    assert.ok(held >= 60_000 && held < 65_000, `${held} ms`);
  });

  it("abort while a step is promoted, and while requests go over for good", async () => {
    const { world, number, result } = await going(canary, gateway);
    await world.until(number, isHolding(50));
    const stop = watchRequests(world.clusters);
    await world.command(number, { type: "promote" });
    await world.command(number, { type: "abort" });
    assert.equal((await result()).status, "failed");
    stop();
    world.holds("one");
  });

  it("are answered with a reason when they are refused", async () => {
    const { world, number, result } = await going(canary, gateway);
    await world.until(number, isShifting(10));
    for (const type of ["resume", "promote", "skip-analysis"] as const) await world.command(number, { type });
    await world.command(number, { type: "lose", cluster: "gamma" });
    await world.until(number, isHolding(10));
    await world.command(number, { type: "pause" });
    await world.command(number, { type: "pause" });
    await world.command(number, { type: "promote" });
    await world.command(number, { type: "resume" });
    await world.command(number, { type: "abort" });
    await world.command(number, { type: "abort" });
    const { commands } = await result();
    assert.deepEqual(
      commands.map(({ command, accepted, reason }) => [command.type, accepted, reason]),
      [
        ["resume", false, "it is not paused"],
        ["promote", false, "routers are still taking the share of 10 %"],
        ["skip-analysis", false, "this rollout measures nothing"],
        ["lose", false, "this rollout has no cluster gamma; it has alpha, beta"],
        ["pause", true, undefined],
        ["pause", false, "it is paused already, by ops"],
        ["promote", false, "it is paused: resume it first"],
        ["resume", true, undefined],
        ["abort", true, undefined],
        ["abort", false, "the rollout is to be aborted already"],
      ],
    );
    assert.equal(await world.command(number, { type: "pause" }), false, "a closed rollout answers nobody");
  });

  it("find no way back behind the decision", async () => {
    const { world, number, result } = await going(canary, { ...gateway, latency: 100 });
    await world.until(number, isIn("cleanup"));
    await world.command(number, { type: "abort" });
    const { status, commands } = await result();
    assert.equal(status, "succeeded");
    assert.match(commands[0]?.reason ?? "", /^the new release is decided/);
  });

  it("are offered with the answer that they would get", async () => {
    const { world, number, result } = await going(canary, gateway);
    const now = await world.until(number, isHolding(10));
    const accepted = now.offers.filter((offer) => offer.accepted).map(({ command }) => JSON.stringify(command));
    assert.deepEqual(accepted, [
      '{"type":"pause"}',
      '{"type":"promote"}',
      '{"type":"abort"}',
      '{"type":"lose","cluster":"alpha"}',
      '{"type":"lose","cluster":"beta"}',
    ]);
    await result();
  });

  it("let a rollout take the place of one that holds: the second one begins from what was before", async () => {
    const { world, engine, number } = await going(canary, gateway);
    world.release("three", { config: "three" });
    await world.until(number, isHolding(10));
    const { number: second } = await world.ask(engine, "three");
    await world.clock.advance(5_000);
    assert.equal((await world.viewOf(second)).status, "queued");
    assert.equal((await world.viewOf(second)).waitsFor, "waits for its turn");
    await world.command(number, { type: "abort", supersededBy: second });
    const first = await world.ended(number);
    assert.equal(first.reason, `rollout ${second} took its place`);
    assert.equal(first.supersededBy, second);
    const ended = await world.ended(second);
    await engine.stop();
    assert.equal(ended.status, "succeeded");
    assert.equal(ended.from, "one");
    world.holds("three");
  });

  it("lets a rollout that comes second wait until the canary is over", async () => {
    const { world, engine, number } = await going(canary, gateway);
    world.release("three", { config: "three" });
    const { number: second } = await world.ask(engine, "three");
    assert.equal((await world.ended(number)).status, "succeeded");
    assert.equal((await world.ended(second)).from, "two");
    await engine.stop();
    world.holds("three");
  });

  it("reach an engine that has taken over", async () => {
    const { world, engine, number } = await going(
      { strategy: "canary", steps: [{ weight: 10, hold: undefined }] },
      gateway,
    );
    await world.until(number, isHolding(10));
    await engine.stop();
    await world.command(number, { type: "promote" });
    const second = world.engine("engine-2");
    await second.start();
    assert.equal((await world.ended(number)).status, "succeeded");
    await second.stop();
    world.holds("two");
  });
});
