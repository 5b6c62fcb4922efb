import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeployment, isPod, refOf } from "@fairway/objects";
import { watchRequests } from "../testing/data-path.ts";
import { scenario } from "../testing/scenario.ts";

describe("engine: failing", () => {
  it("restores the former release everywhere when the new one crashes in one cluster", async () => {
    const world = scenario();
    world.release("one", { config: "old" });
    world.release("two", { config: "new" });
    world.cluster("beta").script("two", { kind: "crash", exitCode: 3, log: "starting\nboom: no DATABASE_URL" });
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const stop = watchRequests(world.clusters);
    const begun = world.clock.now();
    const result = await world.deploy(engine, "two");
    stop();
    await engine.stop();
    assert.equal(result.status, "failed");
    assert.equal(result.reason, "the new release crashes when it starts (CrashLoop in beta)");
    const [cause] = result.causes;
    assert.equal(cause?.code, "CrashLoop");
    assert.equal(cause?.cluster, "beta");
    assert.equal(cause?.exitCode, 3);
    assert.equal(cause?.count, 2);
    assert.deepEqual(cause?.lastLog, ["starting", "boom: no DATABASE_URL"]);
    assert.ok(world.clock.now() - begun < 10_000, "it does not wait for a deadline");
    for (const cluster of result.clusters) assert.equal(cluster.restore?.status, "done");
    assert.equal(result.clusters[1]?.phases["app"]?.status, "failed");
    assert.deepEqual(await world.active(), { release: "one", slot: "a" });
    world.holds("one");
  });

  it("restores also where somebody scaled by hand meanwhile: the old release serves, no cluster is drained", async () => {
    const world = scenario();
    world.release("one");
    world.release("two");
    for (const cluster of world.clusters) cluster.script("two", { kind: "never-ready" });
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const { number } = await world.ask(engine, "two");
    const runsTwo = (one: (typeof world.clusters)[number]) =>
      one.objects("user").some((pod) => pod.metadata.labels?.["fairway.dev/release"] === "two" && pod.kind === "Pod");
    await world.clock.run(() => world.clusters.every(runsTwo));
    for (const cluster of world.clusters) {
      const live = cluster.objects("user").find(isDeployment);
      assert.ok(live?.spec);
      cluster.updateAs("kubectl", { ...live, spec: { ...live.spec, replicas: 4 } });
    }
    const result = await world.ended(number);
    await engine.stop();
    assert.equal(result.status, "failed");
    assert.deepEqual([...world.drained], []);
    for (const cluster of result.clusters) assert.equal(cluster.restore?.status, "done");
    assert.match(world.log.join("\n"), /\.spec\.replicas of kubectl/);
    world.holds("one");
    assert.deepEqual(await world.journal.unfinished(), []);
  });

  it("says the limit when the new release runs out of memory", async () => {
    const world = scenario(["alpha"]);
    world.release("one");
    world.cluster("alpha").script("one", { kind: "out-of-memory" });
    const engine = world.engine("engine-1");
    const result = await world.deploy(engine, "one");
    await engine.stop();
    assert.equal(result.causes[0]?.code, "OutOfMemory");
  });

  it("lets one restart pass", async () => {
    const world = scenario();
    world.release("one");
    world.cluster("beta").script("one", { kind: "crash-once", exitCode: 1 });
    const engine = world.engine("engine-1");
    const result = await world.deploy(engine, "one");
    await engine.stop();
    assert.equal(result.status, "succeeded");
  });

  it("does not wait for the back-off of a release that is deployed once more, because what it lacked is there", async () => {
    const world = scenario();
    world.release("one");
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const statuses = () =>
      world.clusters
        .flatMap((cluster) => cluster.objects("user").filter(isPod))
        .map(({ status }) => status?.containerStatuses?.[0]);
    for (const cluster of world.clusters) {
      cluster.script("one", { kind: "crash", exitCode: 1 });
      for (const pod of cluster.objects("user").filter(isPod)) await cluster.delete(refOf(pod), {});
    }
    const isLong = (one: ReturnType<typeof statuses>[number]): boolean =>
      one?.state?.waiting !== undefined && one.restartCount >= 5;
    await world.clock.run(() => statuses().length === 4 && statuses().every(isLong), 300_000);
    for (const cluster of world.clusters) cluster.script("one", { kind: "ready" });
    const begun = world.clock.now();
    const result = await world.deploy(engine, "one");
    await engine.stop();
    assert.equal(result.status, "succeeded");
    assert.ok(world.clock.now() - begun < 10_000, `it took ${world.clock.now() - begun} ms`);
    world.holds("one");
  });

  it("undoes a first rollout that fails", async () => {
    const world = scenario();
    world.release("one");
    world.cluster("beta").script("one", { kind: "crash", exitCode: 1 });
    const engine = world.engine("engine-1");
    const result = await world.deploy(engine, "one");
    assert.equal(result.status, "failed");
    assert.equal(await world.active(), undefined);
    world.holds(undefined);
    world.release("two");
    assert.equal((await world.deploy(engine, "two")).status, "succeeded");
    await engine.stop();
    world.holds("two");
  });

  it("gives up on a release that never gets ready at its deadline, and names the check", async () => {
    const world = scenario();
    world.release("one");
    world.release("two", { progressDeadlineSeconds: 60 });
    for (const cluster of world.clusters) cluster.script("two", { kind: "never-ready" });
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const begun = world.clock.now();
    const result = await world.deploy(engine, "two");
    await engine.stop();
    assert.equal(result.status, "failed");
    assert.deepEqual(
      result.causes.map((one) => [one.cluster, one.code]),
      [
        ["alpha", "ReadinessFailing"],
        ["beta", "ReadinessFailing"],
      ],
    );
    const took = world.clock.now() - begun;
    assert.ok(took >= 60_000 && took < 75_000, `${took} ms`);
    const suspects = (await world.events(result.number)).filter((event) => event.type === "suspect");
    assert.ok(suspects.length >= 2 && suspects.length <= 8, `${suspects.length} suspects in the journal`);
    world.holds("one");
  });

  it("bears a short outage in the middle", async () => {
    const world = scenario();
    world.release("one");
    world.release("two");
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const header = await world.ask(engine, "two");
    await world.clock.run(async () => (await world.events(header.number)).some((event) => event.type === "phase"));
    world.cluster("beta").cut();
    await world.clock.advance(3_000);
    world.cluster("beta").mend();
    assert.equal((await world.ended(header.number)).status, "succeeded");
    await engine.stop();
    world.holds("two");
  });

  it("says that a silent cluster cannot be reached, not how it was before", async () => {
    const world = scenario();
    world.release("one");
    world.release("two");
    world.release("three", { deploy: { strategy: "blue-green" } });
    world.cluster("beta").script("two", { kind: "never-ready" });
    // So that a cluster may fall silent before its cleanup is over.
    const engine = world.engine("engine-1", { cluster: { before: async () => world.clock.sleep(100) } });
    await world.deploy(engine, "one");
    const says = async (number: number) => {
      world.cluster("beta").cut();
      await world.clock.advance(6_000);
      const seen = await engine.view(number);
      const beta = seen?.clusters.find(({ name }) => name === "beta");
      assert.deepEqual([beta?.suspect?.code, beta?.reachable], ["ClusterUnreachable", false]);
      world.cluster("beta").mend();
      return { beta, seen };
    };
    const { number } = await world.ask(engine, "two");
    await world.clock.run(
      async () => (await engine.view(number))?.waitsFor?.includes("beta: waiting for readiness") === true,
    );
    const { beta, seen } = await says(number);
    assert.match(beta?.phases["app"]?.detail ?? "", /cannot be reached/);
    assert.match(seen?.waitsFor ?? "", /beta: cannot be reached/);
    await world.command(number, { type: "abort" });
    await world.ended(number);
    const other = await world.ask(engine, "three");
    await world.until(other.number, ({ phase }) => phase === "cleanup");
    await says(other.number);
    assert.equal((await world.ended(other.number)).status, "succeeded");
    await engine.stop();
  });
});
