import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { watchRequests } from "../testing/data-path.ts";
import { scenario } from "../testing/scenario.ts";

const canary = { strategy: "canary", steps: [] } as const;

/** The service has left beta, which cannot be reached and is declared lost. */
async function leavingSilently() {
  const world = scenario(["alpha", "beta"]);
  world.release("one");
  world.release("two", { clusters: ["alpha"] });
  const engine = world.engine("engine-1");
  await world.deploy(engine, "one");
  world.cluster("beta").cut();
  world.lost.add("beta");
  const left = await world.deploy(engine, "two", { kind: "membership" });
  return { world, engine, left };
}

describe("a change of an environment's clusters", () => {
  it("brings the release to a cluster that has joined, pod by pod", async () => {
    const world = scenario(["alpha", "beta"]);
    world.release("one", { clusters: ["alpha"] });
    world.release("two", { deploy: canary });
    world.members = ["alpha"];
    const engine = world.engine("engine-1");
    assert.equal((await world.deploy(engine, "one")).status, "succeeded");
    world.members = ["alpha", "beta"];
    const result = await world.deploy(engine, "two", { kind: "membership" });
    await engine.stop();
    assert.equal(result.status, "succeeded");
    assert.deepEqual(result.steps, []);
    world.holds("two");
  });

  it("empties one that leaves after the decision, drained before, and it may join again", async () => {
    const world = scenario(["alpha", "beta"]);
    world.release("one");
    world.release("two", { clusters: ["alpha"] });
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const stop = watchRequests([world.cluster("alpha")]);
    let drainedBefore = true;
    const end = world.cluster("beta").onChange(() => {
      const isThere = world
        .cluster("beta")
        .objects("user")
        .some(({ kind }) => kind === "Deployment");
      drainedBefore &&= isThere || world.drained.has("beta");
    });
    const left = await world.deploy(engine, "two", { kind: "membership" });
    end();
    assert.equal(left.status, "succeeded");
    assert.equal(left.clusters[1]?.leaving, true);
    assert.equal(left.clusters[1]?.phases["app"]?.status, "skipped");
    assert.ok(drainedBefore);
    world.holds("two", ["alpha"]);
    world.holds(undefined, ["beta"]);
    world.release("three");
    const back = await world.deploy(engine, "three", { kind: "membership" });
    await engine.stop();
    stop();
    assert.equal(back.status, "succeeded");
    assert.deepEqual([...world.drained], []);
    world.holds("three");
  });

  it("that fails leaves every cluster as it was", async () => {
    const world = scenario(["alpha", "beta", "gamma"]);
    world.release("one", { clusters: ["alpha", "beta"] });
    world.release("two", { clusters: ["beta", "gamma"] });
    world.members = ["alpha", "beta"];
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    world.members = ["alpha", "beta", "gamma"];
    world.cluster("gamma").script("two", { kind: "crash", exitCode: 1 });
    const result = await world.deploy(engine, "two", { kind: "membership" });
    await engine.stop();
    assert.equal(result.status, "failed");
    assert.equal(result.causes[0]?.cluster, "gamma");
    world.holds("one", ["alpha", "beta"]);
    world.holds(undefined, ["gamma"]);
  });

  it("brings no service to a cluster that is being given up; one that is there is deployed there until it leaves", async () => {
    const world = scenario(["alpha", "beta"]);
    world.release("one", { clusters: ["alpha"] });
    world.release("two");
    const engine = world.engine("engine-1");
    world.members = ["alpha"];
    await world.deploy(engine, "one");
    world.members = ["alpha", "beta"];
    world.retiring.add("beta");
    assert.equal((await world.deploy(engine, "two")).status, "succeeded");
    world.holds("two", ["alpha"]);
    world.holds(undefined, ["beta"]);

    world.retiring.clear();
    world.release("three");
    await world.deploy(engine, "three", { kind: "membership" });
    world.retiring.add("beta");
    world.release("four");
    assert.equal((await world.deploy(engine, "four")).status, "succeeded");
    await engine.stop();
    world.holds("four");
  });

  it("is left out until a service is brought there: one that came since hinders no way back", async () => {
    const world = scenario(["alpha", "beta"]);
    for (const name of ["one", "two"]) world.release(name, { clusters: ["alpha"] });
    world.members = ["alpha"];
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    await world.deploy(engine, "two");
    world.members = ["alpha", "beta"];
    assert.equal((await world.deploy(engine, "one", { kind: "rollback" })).status, "succeeded");
    await engine.stop();
    world.holds("one", ["alpha"]);
    world.holds(undefined, ["beta"]);
  });

  it("does not wait for a cluster that was forgotten before it was back", async () => {
    const { world, engine, left } = await leavingSilently();
    assert.equal((await world.journal.unfinished()).length, 1);
    world.members = ["alpha"];
    await engine.wake(left.number);
    await world.closed();
    await engine.stop();
    world.holds("two", ["alpha"]);
  });

  it("goes on without a cluster that leaves and cannot be reached, once it is declared lost", async () => {
    const { world, engine, left } = await leavingSilently();
    assert.equal(left.status, "succeeded");
    assert.deepEqual([...world.drained], ["beta"]);
    world.holds("two", ["alpha"]);
    world.cluster("beta").mend();
    world.lost.clear();
    await world.closed();
    await engine.stop();
    world.holds(undefined, ["beta"]);
    assert.deepEqual([...world.drained], []);
  });
});
