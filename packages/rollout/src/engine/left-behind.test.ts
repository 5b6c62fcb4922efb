import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { scenario } from "../testing/scenario.ts";

describe("engine: clusters left behind", () => {
  it("drains a cluster that is lost on the way, ends, and converges it when it returns", async () => {
    const world = scenario();
    world.release("one");
    world.release("two");
    world.cluster("beta").script("two", { kind: "never-ready" });
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const header = await world.ask(engine, "two");
    await world.clock.run(
      () =>
        world
          .cluster("beta")
          .objects("user")
          .filter((one) => one.kind === "Pod").length === 4,
    );
    world.cluster("beta").cut();
    const result = await world.ended(header.number);
    assert.equal(result.status, "failed");
    assert.equal(result.causes[0]?.code, "ClusterUnreachable");
    assert.deepEqual(
      result.clusters.map((one) => one.converged),
      [true, false],
    );
    assert.deepEqual([...world.drained], ["beta"]);
    world.holds("one", ["alpha"]);
    world.cluster("beta").mend();
    await world.closed();
    await engine.stop();
    assert.deepEqual([...world.drained], []);
    assert.equal((await world.viewOf(header.number)).clusters[1]?.converged, true);
    world.holds("one");
  });

  it("drains nothing for an engine that stood still while another one ended the rollout", async () => {
    const world = scenario();
    world.release("one");
    world.release("two");
    const still = Promise.withResolvers<void>();
    let stands = false;
    const stand = async () => {
      if (stands) await still.promise;
    };
    const first = world.engine("engine-1", { journal: { before: stand }, cluster: { before: stand } });
    await world.deploy(first, "one");
    world.cluster("beta").script("two", { kind: "never-ready" });
    const header = await world.ask(first, "two");
    await world.clock.run(async () => (await world.viewOf(header.number)).phase === "app");
    world.cluster("beta").cut();
    await world.clock.run(async () =>
      (await world.journal.read(header.number)).some(({ body }) => body.type === "abort"),
    );
    // A moment before it gives the cluster up.
    await world.clock.advance(14_000);
    stands = true;
    world.cluster("beta").mend();
    const second = world.engine("engine-1");
    await second.start();
    await world.closed();
    await world.clock.advance(60_000);
    still.resolve();
    await world.clock.advance(60_000);
    assert.deepEqual([...world.drained], []);
    await Promise.all([first.stop(), second.stop()]);
    world.holds("one");
  });

  it("converges after a restart of the engine, and to what is active by then", async () => {
    const world = scenario();
    world.release("one");
    world.release("two");
    world.cluster("beta").script("two", { kind: "never-ready" });
    const first = world.engine("engine-1");
    await world.deploy(first, "one");
    const header = await world.ask(first, "two");
    await world.clock.run(
      () =>
        world
          .cluster("beta")
          .objects("user")
          .filter((one) => one.kind === "Pod").length === 4,
    );
    world.cluster("beta").cut();
    await world.ended(header.number);
    await first.stop();
    const second = world.engine("engine-2");
    await second.start();
    const refused = await world.deploy(second, "two");
    assert.equal(refused.status, "refused", "a lost cluster refuses the next rollout in prepare");
    world.cluster("beta").mend();
    await world.closed();
    await second.stop();
    assert.deepEqual([...world.drained], []);
    world.holds("one");
  });

  it("goes forward only after the commit point: cleanup is made up for later", async () => {
    const world = scenario();
    world.release("one", { config: "a" });
    world.release("two", { config: "b" });
    world.release("three", { config: "c" });
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    await world.deploy(engine, "two");
    const header = await world.ask(engine, "three");
    await world.clock.run(async () => (await world.events(header.number)).some((event) => event.type === "committed"));
    world.cluster("beta").cut();
    const result = await world.ended(header.number);
    assert.equal(result.status, "succeeded");
    assert.deepEqual([...world.drained], []);
    world.cluster("beta").mend();
    await world.closed();
    await engine.stop();
    world.holds("three");
  });
});
