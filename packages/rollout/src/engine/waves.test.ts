import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isPod } from "@fairway/objects";
import { met, watchRequests } from "../testing/data-path.ts";
import type { MemoryCluster } from "../testing/memory-cluster.ts";
import { going, isBaking } from "../testing/strategy-world.ts";

const clusters = ["alpha", "beta", "gamma"];
const waves = { waves: [["beta"], ["gamma"]], bake: 300_000 } as const;

const releasesIn = (cluster: MemoryCluster): readonly (string | undefined)[] => [
  ...new Set(
    cluster
      .objects("user")
      .filter(isPod)
      .map(({ metadata }) => metadata.labels?.["fairway.dev/release"]),
  ),
];

describe("waves", () => {
  it("go one after the other, each but the last looked at for its time", async () => {
    const { world, number, result } = await going(waves, { clusters });
    const now = await world.until(number, isBaking);
    assert.deepEqual(
      now.waves.map(({ clusters: names, status }) => [names.join(), status]),
      [
        ["beta", "baking"],
        ["gamma", "waiting"],
        ["alpha", "waiting"],
      ],
    );
    assert.equal(now.waitsFor, "wave 1 of 3 is looked at for 5 min, or until it is promoted");
    assert.deepEqual(world.clusters.map(releasesIn), [["one"], ["two"], ["one"]]);
    assert.equal(now.clusters.find(({ name }) => name === "alpha")?.phases["app"]?.status, "waiting");
    const begun = world.clock.now();
    const { status, waves: passed, timeline } = await result();
    assert.equal(status, "succeeded");
    assert.ok(world.clock.now() - begun >= 600_000, "two bakes");
    assert.deepEqual(
      passed.map((one) => one.status),
      ["done", "done", "done"],
    );
    assert.deepEqual(
      timeline.map(({ phase, wave }) => (wave === undefined ? phase : `${phase} ${wave}`)),
      ["prepare", "init", "app 0", "app 1", "app 2", "cleanup"],
    );
    world.holds("two");
  });

  it("are looked at for longer while they are not well", async () => {
    const { world, number, result } = await going(waves, { clusters });
    await world.until(number, isBaking);
    await world.clock.advance(290_000);
    world.cluster("beta").cut();
    await world.clock.advance(20_000);
    const { waves: now } = await world.viewOf(number);
    assert.deepEqual(
      now.map(({ status }) => status),
      ["baking", "waiting", "waiting"],
    );
    world.cluster("beta").mend();
    assert.equal((await result()).status, "succeeded");
    world.holds("two");
  });

  it("let a bad release meet the first one only", async () => {
    const { world, result } = await going(waves, { clusters });
    for (const cluster of world.clusters) cluster.script("two", { kind: "crash", exitCode: 1 });
    const { status, clusters: seen } = await result();
    assert.equal(status, "failed");
    assert.equal(seen.find(({ name }) => name === "gamma")?.phases["app"]?.status, "skipped");
    for (const name of ["alpha", "gamma"]) assert.deepEqual(releasesIn(world.cluster(name)), ["one"]);
    world.holds("one");
  });

  it("turn back everywhere when a release goes bad while it is looked at, or in a later wave", async () => {
    for (const last of ["beta", "alpha"]) {
      const { world, number, result } = await going(waves, { clusters });
      const at =
        last === "beta"
          ? isBaking
          : (now: { readonly waves: readonly { readonly status: string }[] }) => now.waves[2]?.status === "running";
      if (last === "alpha") world.cluster("alpha").script("two", { kind: "never-ready" });
      await world.until(number, at);
      world.cluster("beta").script("two", { kind: "crash", exitCode: 1 });
      for (const pod of world.cluster("beta").objects("user").filter(isPod)) {
        await world.cluster("beta").delete({ apiVersion: "v1", kind: "Pod", ...pod.metadata }, {});
      }
      const { status, causes } = await result();
      assert.equal(status, "failed");
      assert.deepEqual([causes[0]?.code, causes[0]?.cluster], ["CrashLoop", "beta"]);
      world.holds("one");
    }
  });

  it("begin at once when a bake is promoted, or when a pause is over that lasted longer", async () => {
    const { world, number, result } = await going(waves, { clusters });
    await world.until(number, isBaking);
    const begun = world.clock.now();
    await world.command(number, { type: "promote" });
    await world.until(number, ({ waves: [, second] }) => second?.status === "running");
    assert.ok(world.clock.now() - begun < 5_000);
    const { waves: passed } = await result();
    assert.deepEqual(
      passed.map(({ bake }) => bake?.promoted),
      [true, false, undefined],
    );
  });

  it("hold a bake by a pause, and go on for what was left of it", async () => {
    const { world, number, result } = await going(waves, { clusters });
    await world.until(number, isBaking);
    await world.command(number, { type: "pause" });
    await world.clock.advance(1_000_000);
    assert.equal((await world.viewOf(number)).waves[0]?.bake?.until, undefined);
    await world.command(number, { type: "resume" });
    const begun = world.clock.now();
    await world.until(number, ({ waves: [, second] }) => second?.status === "running");
    const waited = world.clock.now() - begun;
    assert.ok(waited >= 295_000 && waited <= 302_000, `${waited} ms`);
    assert.equal((await result()).status, "succeeded");
  });

  it("look at nothing before a wave whose clusters are all lost, nor after one", async () => {
    for (const [away, bakes] of [
      ["beta", [false, true]],
      ["gamma", [false, true]],
      ["alpha", [true, false]],
    ] as const) {
      const { world, number, result } = await going(waves, { clusters });
      await world.command(number, { type: "lose", cluster: away });
      world.cluster(away).cut();
      const { status, waves: passed } = await result();
      assert.equal(status, "succeeded");
      assert.deepEqual(
        passed.slice(0, 2).map(({ bake }) => bake !== undefined),
        bakes,
        `without ${away}`,
      );
    }
  });

  it("wait no longer when the clusters of the next one are lost meanwhile", async () => {
    const { world, number, result } = await going({ ...waves, waves: [["beta", "gamma"]] }, { clusters });
    await world.until(number, isBaking);
    const begun = world.clock.now();
    world.cluster("alpha").cut();
    await world.command(number, { type: "lose", cluster: "alpha" });
    assert.equal((await result()).status, "succeeded");
    assert.ok(world.clock.now() - begun < 60_000, `${world.clock.now() - begun} ms`);
  });

  it("shift requests wave by wave for a canary, and the decision stays one", async () => {
    const steps = [{ weight: 20, hold: 30_000 }];
    const { world, number, result } = await going(
      { ...waves, strategy: "canary", steps },
      { clusters, router: "gateway" },
    );
    const stop = watchRequests(world.clusters);
    await world.until(number, isBaking);
    assert.deepEqual(
      world.clusters.map((cluster) => met(cluster).outside.join()),
      ["one", "two", "one"],
    );
    assert.ok(!(await world.events(number)).some(({ type }) => type === "committed"));
    const { status, steps: passed } = await result();
    stop();
    assert.equal(status, "succeeded");
    assert.deepEqual(
      passed.map(({ wave, weight, status: one }) => `${wave}: ${weight} ${one}`),
      ["0: 20 done", "0: 100 done", "1: 20 done", "1: 100 done", "2: 20 done", "2: 100 done"],
    );
    world.holds("two");
  });

  it("take a canary back everywhere when a later wave fails", async () => {
    const steps = [{ weight: 20, hold: 30_000 }];
    const { world, number, result } = await going(
      { ...waves, strategy: "canary", steps },
      { clusters, router: "gateway" },
    );
    const stop = watchRequests(world.clusters);
    world.cluster("gamma").script("two", { kind: "crash", exitCode: 1 });
    await world.until(number, isBaking);
    const { status } = await result();
    stop();
    assert.equal(status, "failed");
    world.holds("one");
  });
});
