import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { met, watchRequests } from "../testing/data-path.ts";
import { scenario } from "../testing/scenario.ts";
import { going, isBaking, isHolding, isIn, isShifting } from "../testing/strategy-world.ts";

const canary = {
  strategy: "canary",
  steps: [{ weight: 10, hold: 60_000 }],
} as const;
const gateway = { router: "gateway" } as const;

const moments = {
  prepare: isIn("prepare"),
  init: isIn("init"),
  app: isIn("app"),
  shifting: isShifting(10),
  holding: isHolding(10),
  "the last shift": isShifting(100),
} as const;

describe("a lost cluster", () => {
  for (const [moment, isReached] of Object.entries(moments)) {
    it(`that is declared so in ${moment} is drained and left out, and takes traffic only when it is on the decision`, async () => {
      const { world, engine, number } = await going(canary, { ...gateway, latency: 100 });
      await world.until(number, isReached);
      world.cluster("beta").cut();
      await world.command(number, { type: "lose", cluster: "beta" });
      const ended = await world.ended(number);
      assert.equal(ended.status, "succeeded");
      assert.deepEqual([...world.drained], ["beta"]);
      const beta = ended.clusters.find(({ name }) => name === "beta");
      assert.deepEqual(beta?.lost, { by: "ops" });
      assert.deepEqual(beta?.behind, { reason: "declared lost by ops", drained: true });
      assert.equal(beta?.converged, false);
      assert.equal(ended.waitsFor, "beta is brought to the decision when it can be reached");
      world.holds("two", ["alpha"]);
      const stop = watchRequests(world.clusters, (now) => {
        const isConverged = !now.inside.includes("one") && !now.outside.includes("one");
        assert.ok(isConverged || world.drained.has("beta"), "no traffic before it is on the decision");
      });
      world.cluster("beta").mend();
      await world.closed();
      stop();
      await world.clock.advance(5_000);
      assert.deepEqual([...world.drained], []);
      assert.equal((await world.viewOf(number)).clusters[1]?.converged, true);
      world.holds("two");
      void engine.stop();
    });
  }

  it("that was declared so before is left out from the beginning, also when nothing comes of the rollout", async () => {
    for (const status of ["succeeded", "failed", "refused"] as const) {
      const world = scenario();
      world.release("one");
      world.release("two", status === "refused" ? { clusters: ["beta"] } : {});
      const engine = world.engine("engine-1");
      await world.deploy(engine, "one");
      world.cluster("beta").cut();
      world.lost.add("beta");
      if (status === "failed") world.cluster("alpha").script("two", { kind: "crash", exitCode: 1 });
      const ended = await world.deploy(engine, "two");
      assert.equal(ended.status, status);
      assert.deepEqual(ended.clusters[1]?.behind?.reason, "it was declared lost before");
      assert.deepEqual([...world.drained], ["beta"]);
      world.cluster("beta").mend();
      world.lost.clear();
      await world.closed();
      await engine.stop();
      assert.deepEqual([...world.drained], [], `after one that ${status}`);
      world.holds(status === "succeeded" ? "two" : "one");
    }
  });

  it("is never the last one", async () => {
    const { world, number, result } = await going(canary, gateway);
    await world.until(number, isHolding(10));
    await world.command(number, { type: "lose", cluster: "beta" });
    await world.command(number, { type: "lose", cluster: "alpha" });
    const { commands, status } = await result();
    assert.equal(status, "succeeded");
    assert.equal(commands[1]?.reason, "alpha is the last cluster of this rollout; abort it instead");
  });

  it("is not the one where the migration has yet to run", async () => {
    const { world, number, result } = await going({}, { latency: 100, two: { migration: "alpha" } });
    await world.until(number, isIn("init"));
    await world.command(number, { type: "lose", cluster: "alpha" });
    const { commands, status } = await result();
    assert.equal(status, "succeeded");
    assert.match(commands[0]?.reason ?? "", /^the migration runs in alpha/);
    assert.deepEqual(world.cluster("alpha").jobs, ["user-migrate-2"]);
    const refused = scenario();
    refused.release("one", { migration: "alpha" });
    refused.lost.add("alpha");
    const engine = refused.engine("engine-1");
    const second = await refused.deploy(engine, "one");
    await engine.stop();
    assert.equal(second.status, "refused");
    assert.equal(second.reason, "the migration runs in alpha, which is declared lost");
  });

  it("that is lost while the rollout goes back is brought back later", async () => {
    const { world, engine, number } = await going(canary, gateway);
    await world.until(number, isHolding(10));
    world.cluster("beta").cut();
    await world.command(number, { type: "abort" });
    const ended = await world.ended(number);
    assert.equal(ended.status, "failed");
    assert.deepEqual([...world.drained], ["beta"]);
    world.cluster("beta").mend();
    await world.closed();
    await engine.stop();
    assert.deepEqual([...world.drained], []);
    world.holds("one");
  });
});

describe("an unreachable cluster", () => {
  for (const [moment, isReached] of Object.entries({ ...moments, baking: isBaking })) {
    it(`in ${moment}: everything goes back where it can, the rest when it returns`, async () => {
      const waves = moment === "baking" ? { waves: [["beta"], ["alpha"]], bake: 300_000 } : {};
      const { world, engine, number } = await going({ ...canary, ...waves }, { ...gateway, latency: 100 });
      await world.until(number, isReached);
      world.cluster("beta").cut();
      const ended = await world.ended(number);
      assert.equal(ended.status, moment === "prepare" ? "refused" : "failed");
      const causes = moment === "prepare" ? ended.findings : ended.causes;
      assert.deepEqual([causes[0]?.code, causes[0]?.cluster], ["ClusterUnreachable", "beta"]);
      assert.deepEqual(await world.active(), { release: "one", slot: "a" });
      world.holds("one", ["alpha"]);
      world.cluster("beta").mend();
      await world.closed();
      await world.clock.advance(5_000);
      assert.deepEqual([...world.drained], []);
      world.holds("one");
      assert.deepEqual(met(world.cluster("beta")), { inside: ["one"], outside: ["one"] });
      void engine.stop();
    });
  }

  it("in cleanup is brought to the new release when it returns", async () => {
    const { world, engine, number } = await going(canary, gateway);
    await world.until(number, isIn("cleanup"));
    world.cluster("beta").cut();
    const ended = await world.ended(number);
    assert.equal(ended.status, "succeeded");
    const stop = watchRequests(world.clusters);
    world.cluster("beta").mend();
    await world.closed();
    await engine.stop();
    stop();
    world.holds("two");
  });
});
