import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isJob, isPod } from "@fairway/objects";
import { scenario } from "../testing/scenario.ts";
import { going, isIn } from "../testing/strategy-world.ts";

const two = { migration: "beta" } as const;

describe("a migration", () => {
  it("runs once, in its cluster, after every cluster was prepared and before the first one gets a pod", async () => {
    const { world, number, result } = await going({}, { two });
    await world.until(number, ({ migration }) => migration?.status === "running");
    for (const cluster of world.clusters) {
      const pods = cluster.objects("user").filter(isPod);
      assert.ok(
        !pods.some(
          ({ metadata: { labels } }) => labels?.["fairway.dev/release"] === "two" && labels["fairway.dev/slot"],
        ),
      );
    }
    const { status, migration, clusters } = await result();
    assert.equal(status, "succeeded");
    assert.deepEqual(migration, { cluster: "beta", status: "succeeded", job: "user-migrate-2", log: [] });
    assert.deepEqual(
      clusters.map(({ phases }) => phases["db"]?.status),
      ["skipped", "done"],
    );
    assert.deepEqual([world.cluster("alpha").jobs, world.cluster("beta").jobs], [[], ["user-migrate-2"]]);
    const ran = (await world.events(number)).filter((event) => event.type === "migration");
    assert.deepEqual(
      ran.map((event) => event.type === "migration" && event.status),
      ["running", "succeeded"],
    );
    world.holds("two");
  });

  it("shows its log while it runs", async () => {
    const { world, engine, number } = await going({}, { two });
    world.cluster("beta").scriptJobs({ kind: "succeeds", after: 30_000, log: "adding column age\nfilling it" });
    await world.until(number, isIn("db"));
    await world.clock.advance(10_000);
    const seen = await engine.view(number);
    assert.deepEqual(seen?.migration?.log, ["adding column age", "filling it"]);
    assert.equal(seen?.waitsFor, "the migration runs: beta");
    await world.ended(number);
    await engine.stop();
  });

  it("that fails leaves the service on the former release, with the pod's cause and its last words", async () => {
    const { world, result } = await going({}, { two });
    world.cluster("beta").scriptJobs({ kind: "fails", exitCode: 3, log: "adding column age\nERROR: it exists" });
    const { status, causes, migration } = await result();
    assert.equal(status, "failed");
    assert.deepEqual([causes[0]?.code, causes[0]?.exitCode], ["MigrationFailed", 3]);
    assert.ok(causes[0]?.lastLog?.includes("ERROR: it exists"));
    assert.equal(migration?.status, "failed");
    world.holds("one");
  });

  it("whose Job was deleted is lost, and is not run again", async () => {
    const { world, number, result } = await going({}, { two });
    const beta = world.cluster("beta");
    beta.scriptJobs({ kind: "succeeds", after: 60_000 });
    await world.until(number, ({ migration }) => migration?.status === "running");
    await world.clock.advance(5_000);
    const job = beta.objects("user").find(isJob);
    assert.ok(job);
    await beta.delete({ apiVersion: "batch/v1", kind: "Job", namespace: "user", name: job.metadata.name }, {});
    const { status, causes } = await result();
    assert.equal(status, "failed");
    assert.equal(causes[0]?.code, "MigrationLost");
    assert.deepEqual(beta.jobs, ["user-migrate-2"]);
    world.holds("one");
  });

  it("goes on under the engine that takes over, and is not run twice", async () => {
    const { world, engine, number } = await going({}, { two });
    const beta = world.cluster("beta");
    beta.scriptJobs({ kind: "succeeds", after: 60_000 });
    await world.until(number, ({ migration }) => migration?.status === "running");
    await world.clock.advance(5_000);
    await engine.stop();
    await world.clock.advance(5_000);
    const second = world.engine("engine-2");
    await second.start();
    assert.equal((await world.ended(number)).status, "succeeded");
    await second.stop();
    assert.deepEqual(beta.jobs, ["user-migrate-2"]);
  });

  it("is not run by a rollback, and not by a removal", async () => {
    const world = scenario();
    world.release("one", { config: "one", migration: "beta" });
    world.release("two", { config: "two", migration: "beta" });
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    await world.deploy(engine, "two");
    await world.deploy(engine, "one", { kind: "rollback" });
    await world.deploy(engine, undefined);
    await engine.stop();
    assert.deepEqual(world.cluster("beta").jobs, ["user-migrate-1", "user-migrate-2"]);
    world.holds(undefined);
  });

  it("that is aborted while it runs is stopped, and says so", async () => {
    const { world, number, result } = await going({}, { two });
    world.cluster("beta").scriptJobs({ kind: "succeeds", after: 60_000 });
    await world.until(number, ({ migration }) => migration?.status === "running");
    await world.command(number, { type: "abort" });
    const { status, migration } = await result();
    assert.equal(status, "failed");
    assert.equal(migration?.status, "stopped");
    world.holds("one");
  });
});
