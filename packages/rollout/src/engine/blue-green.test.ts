import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeployment, isHorizontalPodAutoscaler, isPod, isReady } from "@fairway/objects";
import { met, watchRequests } from "../testing/data-path.ts";
import { going, isHolding } from "../testing/strategy-world.ts";

const atOnce = { strategy: "blue-green", switch: "at-once" } as const;
const byHand = { strategy: "blue-green", switch: "by-hand" } as const;
const routers = [
  { name: "gateway", router: { router: "gateway" }, both: {} },
  { name: "http-route", router: {}, both: { routed: true } },
  { name: "replicas", router: {}, both: {} },
] as const;

/** No request ever meets both releases, nor nothing. */
const neverMixed = (now: { readonly inside: readonly string[]; readonly outside: readonly string[] }): void => {
  assert.equal(now.inside.length, 1, now.inside.join());
  assert.equal(now.outside.length, 1, now.outside.join());
};

describe("blue-green", () => {
  for (const { name, router, both } of routers) {
    it(`goes over at once and never mixes, by ${name}`, async () => {
      const { world, result } = await going(atOnce, { ...router, both });
      const stop = watchRequests(world.clusters, neverMixed);
      const { status } = await result();
      stop();
      assert.equal(status, "succeeded");
      assert.deepEqual(await world.active(), { release: "two", slot: "b" });
      world.holds("two");
    });
  }

  for (const { name, router, both } of routers) {
    it(`gives proxies their time to follow before it has gone over, unless they answer themselves, by ${name}`, async () => {
      const { world, number, result } = await going(byHand, { ...router, both });
      await world.until(number, isHolding(0));
      await world.command(number, { type: "promote" });
      const beta = world.cluster("beta");
      await world.clock.run(() => met(beta).inside[0] === "two");
      const switched = world.clock.now();
      await world.until(number, ({ phase }) => phase === "cleanup");
      const given = world.clock.now() - switched;
      assert.ok(name === "gateway" ? given < 1_500 : given >= 1_900, `${given} ms`);
      assert.equal((await result()).status, "succeeded");
    });
  }

  it("stands ready beside the former release until it is promoted by hand", async () => {
    const { world, number, result } = await going(byHand, { router: "gateway" });
    const stop = watchRequests(world.clusters, neverMixed);
    await world.until(number, isHolding(0));
    await world.clock.advance(600_000);
    for (const cluster of world.clusters) {
      assert.deepEqual(met(cluster), { inside: ["one"], outside: ["one"] });
      const ready = cluster.objects("user").filter(isPod);
      assert.equal(ready.length, 4, "both stand");
    }
    assert.equal(
      (await world.viewOf(number)).waitsFor,
      "0 % of the requests go to the new release until it is promoted",
    );
    await world.command(number, { type: "promote" });
    assert.equal((await result()).status, "succeeded");
    stop();
    world.holds("two");
  });

  it("goes back at once by a rollback, and by a rollback of that", async () => {
    const { world, engine, number } = await going(byHand, { router: "gateway" });
    await world.until(number, isHolding(0));
    await world.command(number, { type: "promote" });
    await world.ended(number);
    const stop = watchRequests(world.clusters, neverMixed);
    const how = { strategy: "blue-green", kind: "rollback" } as const;
    const back = await world.deploy(engine, "one", how);
    assert.equal(back.status, "succeeded");
    assert.deepEqual(await world.active(), { release: "one", slot: "a" });
    const again = await world.deploy(engine, "two", how);
    await engine.stop();
    stop();
    assert.equal(again.status, "succeeded");
    assert.deepEqual(
      again.steps.map(({ weight }) => weight),
      [100],
      "who goes back wants it now",
    );
    assert.deepEqual(await world.active(), { release: "two", slot: "b" });
    world.holds("two");
  });

  it("brings the same release out again, in the other slot", async () => {
    const { world, engine, result } = await going(atOnce);
    await result();
    const second = world.engine("engine-2");
    await engine.stop();
    const again = await world.deploy(second, "two");
    await second.stop();
    assert.equal(again.status, "succeeded");
    assert.deepEqual(await world.active(), { release: "two", slot: "a" });
    world.holds("two");
  });

  for (const { name, router, both } of routers) {
    it(`begins with as many pods as the load has brought up, and leaves the former autoscaler alone, by ${name}`, async () => {
      const bounds = { min: 2, max: 8 };
      const { world, engine, number } = await going(
        { strategy: "canary", steps: [{ weight: 20, hold: undefined }] },
        { ...router, both: { ...both, replicas: bounds } },
      );
      await world.until(number, isHolding(20));
      for (const cluster of world.clusters) {
        assert.ok(
          cluster.objects("user").some((one) => isHorizontalPodAutoscaler(one) && one.metadata.name === "user-a"),
        );
        const live = cluster.objects("user").find((one) => isDeployment(one) && one.metadata.name === "user-a");
        assert.ok(live !== undefined && isDeployment(live) && live.spec);
        cluster.updateAs("kube-controller-manager", { ...live, spec: { ...live.spec, replicas: 6 } });
      }
      await world.clock.advance(5_000);
      const stop = watchRequests(world.clusters, (now, cluster) => {
        if (!now.inside.includes("two") || now.inside.includes("one")) return;
        const serving = world.cluster(cluster).objects("user").filter(isPod);
        const ready = serving.filter((pod) => pod.metadata.labels?.["fairway.dev/release"] === "two" && isReady(pod));
        assert.ok(ready.length >= 6, `${ready.length} pods take the load of 6`);
      });
      await world.command(number, { type: "promote" });
      const { status } = await world.ended(number);
      await engine.stop();
      stop();
      assert.equal(status, "succeeded");
      for (const cluster of world.clusters) {
        const scalers = cluster.objects("user").filter(isHorizontalPodAutoscaler);
        assert.deepEqual(
          scalers.map(({ metadata }) => metadata.name),
          ["user-b"],
        );
      }
      world.holds("two");
    });
  }
});
