import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeployment, isService } from "@fairway/objects";
import type { DeploySettings } from "../ports.ts";
import type { RolloutView } from "../state/view/view.ts";
import { met, watchRequests } from "../testing/data-path.ts";
import { type ReleaseOptions, type Scenario, scenario } from "../testing/scenario.ts";
import type { Engine } from "./engine.ts";

const canary: Partial<DeploySettings> = {
  strategy: "canary",
  steps: [
    { weight: 5, hold: 60_000 },
    { weight: 25, hold: 60_000 },
    { weight: 50, hold: 60_000 },
  ],
};
const byHand: Partial<DeploySettings> = { strategy: "canary", steps: [{ weight: 10, hold: undefined }] };

/** Release `one` stands in both clusters; `two` goes out as it says. */
async function started(
  options: ReleaseOptions,
  { router, before = {} }: { readonly router?: "gateway"; readonly before?: ReleaseOptions } = {},
): Promise<{ readonly world: Scenario; readonly engine: Engine; readonly number: number }> {
  const world = scenario(["alpha", "beta"], router === undefined ? {} : { router });
  world.release("one", { replicas: 4, config: "one", ...before });
  world.release("two", { replicas: 4, config: "two", ...options });
  const engine = world.engine("engine-1");
  assert.equal((await world.deploy(engine, "one")).status, "succeeded");
  const { number } = await world.ask(engine, "two");
  return { world, engine, number };
}

const isHolding = (weight: number) => (now: RolloutView) =>
  now.steps.some((step) => step.status === "holding" && step.weight === weight);

const routers = [
  { name: "gateway", router: "gateway", routed: false },
  { name: "http-route", router: undefined, routed: true },
  { name: "replicas", router: undefined, routed: false },
] as const;

describe("a canary", () => {
  for (const { name, router, routed } of routers) {
    it(`goes over by three steps in two clusters, by ${name}`, async () => {
      const { world, engine, number } = await started(
        { deploy: canary, routed },
        { ...(router === undefined ? {} : { router }), before: { routed } },
      );
      const stop = watchRequests(world.clusters);
      for (const weight of [5, 25, 50]) {
        const now = await world.until(number, isHolding(weight));
        for (const cluster of now.clusters) {
          assert.equal(cluster.router, name);
          assert.equal(cluster.traffic?.weight, weight);
          assert.match(cluster.traffic?.detail ?? "", name === "replicas" ? /of the new release/ : /% to the new/);
        }
        for (const cluster of world.clusters) {
          assert.deepEqual(met(cluster).outside, ["one", "two"]);
          // Where the router has weights, callers inside stay where they are until the last step.
          assert.deepEqual(met(cluster).inside, name === "replicas" ? ["one", "two"] : ["one"]);
        }
      }
      const result = await world.ended(number);
      await engine.stop();
      stop();
      assert.equal(result.status, "succeeded");
      assert.deepEqual(await world.active(), { release: "two", slot: "b" });
      world.holds("two");
      for (const cluster of world.clusters) {
        assert.deepEqual(met(cluster), { inside: ["two"], outside: ["two"] });
        assert.deepEqual(
          cluster
            .objects("user")
            .filter(isService)
            .map(({ metadata }) => metadata.name),
          ["user"],
        );
      }
      assert.deepEqual(
        result.steps.map(({ weight, status }) => [weight, status]),
        [
          [5, "done"],
          [25, "done"],
          [50, "done"],
          [100, "done"],
        ],
      );
    });
  }

  it("holds each step as long as it says, once routers have taken it", async () => {
    const { world, engine, number } = await started({ deploy: canary }, { router: "gateway" });
    const result = await world.ended(number);
    await engine.stop();
    for (const { since, until, hold } of result.steps.slice(0, 3)) {
      const lasted = Date.parse(until ?? "") - Date.parse(since ?? "");
      assert.ok(hold !== undefined && lasted >= hold && lasted < hold + 3_000, `${lasted} ms`);
    }
  });

  it("gives as many pods as the share wants where nothing has weights, and takes none of the former away", async () => {
    const { world, engine, number } = await started({ deploy: canary });
    const replicas = (slot: string) =>
      world.clusters.map(
        (cluster) =>
          cluster
            .objects("user")
            .filter(isDeployment)
            .find(({ metadata }) => metadata.name === `user-${slot}`)?.spec?.replicas,
      );
    for (const [weight, wanted] of [
      [5, 1],
      [25, 2],
      [50, 4],
    ] as const) {
      const now = await world.until(number, isHolding(weight));
      assert.deepEqual(replicas("b"), [wanted, wanted], `at ${weight} %`);
      assert.deepEqual(replicas("a"), [4, 4]);
      assert.equal(
        now.clusters[0]?.traffic?.detail,
        `${wanted} of ${4 + wanted} pods that take requests are of the new release`,
      );
    }
    await world.ended(number);
    await engine.stop();
    world.holds("two");
  });

  it("waits by hand until it is promoted, and says so", async () => {
    const { world, engine, number } = await started({ deploy: byHand }, { router: "gateway" });
    await world.until(number, isHolding(10));
    await world.clock.advance(3_600_000);
    const waiting = await world.viewOf(number);
    assert.equal(waiting.status, "running");
    assert.equal(waiting.waitsFor, "10 % of the requests go to the new release until it is promoted");
    await world.command(number, { type: "promote" });
    const result = await world.ended(number);
    await engine.stop();
    assert.equal(result.status, "succeeded");
    world.holds("two");
  });

  it("is pod by pod for a first release", async () => {
    const world = scenario();
    world.release("two", { deploy: canary });
    const engine = world.engine("engine-1");
    const result = await world.deploy(engine, "two");
    await engine.stop();
    assert.equal(result.status, "succeeded");
    assert.deepEqual(result.steps, []);
    world.holds("two");
  });

  it("turns back when the new release crashes before it gets a request", async () => {
    const { world, engine, number } = await started({ deploy: canary }, { router: "gateway" });
    const stop = watchRequests(world.clusters, (now) => assert.deepEqual(now.outside, ["one"]));
    world.cluster("beta").script("two", { kind: "crash", exitCode: 1 });
    const result = await world.ended(number);
    await engine.stop();
    stop();
    assert.equal(result.status, "failed");
    assert.equal(result.causes[0]?.code, "CrashLoop");
    world.holds("one");
  });

  it("is not held up on its way back by a router that has stopped: that cluster is drained, and keeps what it may still lead to", async () => {
    const { world, engine, number } = await started({ deploy: byHand }, { router: "gateway" });
    const stop = watchRequests(world.clusters);
    await world.until(number, isHolding(10));
    world.cluster("beta").stickRouters(true);
    await world.command(number, { type: "abort" });
    const result = await world.ended(number);
    assert.equal(result.status, "failed");
    assert.equal(result.reason, "aborted by ops");
    assert.match(result.clusters[1]?.behind?.reason ?? "", /the gateway has not taken 0 % yet/);
    assert.deepEqual([...world.drained], ["beta"]);
    world.holds("one", ["alpha"]);
    await world.clock.advance(300_000);
    assert.deepEqual(met(world.cluster("beta")).outside, ["one", "two"]);
    world.cluster("beta").stickRouters(false);
    await world.closed();
    await engine.stop();
    stop();
    assert.deepEqual([...world.drained], []);
    world.holds("one");
  });

  it("asks no router on its way back that was told nothing yet: one that has stopped hinders nobody", async () => {
    const routed = { routed: true };
    const { world, engine, number } = await started({ deploy: canary, ...routed }, { before: routed });
    const stop = watchRequests(world.clusters);
    world.cluster("beta").stickRouters(true);
    world.cluster("alpha").script("two", { kind: "crash", exitCode: 1 });
    const result = await world.ended(number);
    await engine.stop();
    stop();
    assert.equal(result.causes[0]?.code, "CrashLoop");
    assert.deepEqual(
      result.clusters.map(({ behind }) => behind),
      [undefined, undefined],
    );
    assert.deepEqual([...world.drained], []);
    world.holds("one");
  });

  it("fails when a router does not take its share, and says which", async () => {
    const { world, engine, number } = await started({ deploy: canary }, { router: "gateway" });
    const stop = watchRequests(world.clusters);
    world.cluster("beta").stickRouters(true);
    const result = await world.ended(number);
    await engine.stop();
    stop();
    assert.equal(result.status, "failed");
    assert.equal(result.reason, "what shares requests out does not do what it was told (ShareNotTaken in beta)");
    assert.equal(result.causes[0]?.message, "after 60 s: the gateway has not taken 5 % yet");
    assert.deepEqual(await world.active(), { release: "one", slot: "a" });
    world.holds("one");
  });
});
