import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isPod } from "@fairway/objects";
import { defaultLimits } from "../limits.ts";
import type { MemoryCluster } from "../testing/memory-cluster.ts";
import type { Scenario } from "../testing/scenario.ts";
import { going, isHolding } from "../testing/strategy-world.ts";

const outage = 10_000;
/** Of the back-offs of those who follow the API; a try of ours may have noticed it a moment late. */
const deaf = { least: 6 * (outage - 1_000), most: 6 * (outage + 3_000) };

/** When the first pod of release `one` goes. */
function firstToGo(world: Scenario, cluster: MemoryCluster): Promise<number> {
  const pods = (): number =>
    cluster.objects("user").filter((one) => isPod(one) && one.metadata.labels?.["fairway.dev/release"] === "one")
      .length;
  const before = pods();
  return world.clock.run(() => pods() < before).then(() => world.clock.now());
}

/** A blue-green rollout that was promoted right after beta was silent; `gone`: how much later the first pod of `one` went there. */
async function promotedAfterOutage(options: Parameters<typeof going>[1] = {}) {
  const { world, number, result } = await going({ strategy: "blue-green", switch: "by-hand" }, options);
  const beta = world.cluster("beta");
  await world.until(number, isHolding(0));
  beta.cut();
  await world.clock.advance(outage);
  beta.mend();
  const back = world.clock.now();
  await world.command(number, { type: "promote" });
  const gone = (await firstToGo(world, beta)) - back;
  return { world, gone, status: (await result()).status };
}

describe("engine: after an API was silent", () => {
  it("lets no pod of the former slot go before proxies can have heard where requests go now", async () => {
    const { world, gone, status } = await promotedAfterOutage();
    assert.ok(gone > deaf.least && gone < deaf.most, `${gone} ms after it was back`);
    assert.equal(status, "succeeded");
    world.holds("two");
  });

  it("waits as long as proxies can take where the engine began in its middle", async () => {
    const { world, engine, number } = await going({ strategy: "blue-green", switch: "by-hand" });
    const beta = world.cluster("beta");
    await world.until(number, isHolding(0));
    beta.cut();
    await engine.stop();
    await world.clock.advance(60_000);
    const next = world.engine("engine-2");
    await next.start();
    await world.clock.advance(2_000);
    beta.mend();
    const back = world.clock.now();
    await world.command(number, { type: "promote" });
    const gone = (await firstToGo(world, beta)) - back;
    assert.ok(gone >= defaultLimits.deaf, `${gone} ms after it was back`);
    assert.equal((await world.ended(number)).status, "succeeded");
    await next.stop();
  });

  it("waits no longer where the gateway says itself how it routes", async () => {
    const { gone, status } = await promotedAfterOutage({ router: "gateway" });
    assert.ok(gone < 10_000, `${gone} ms after it was back`);
    assert.equal(status, "succeeded");
  });

  it("replaces no pods before either, and says what it waits for", async () => {
    const { world, engine, number, result } = await going({});
    const beta = world.cluster("beta");
    beta.cut();
    // Before prepare gives it up.
    await world.clock.advance(3_000);
    beta.mend();
    const back = world.clock.now();
    const told = async () => JSON.stringify(await engine.view(number));
    await world.clock.run(async () => /proxies may need \d+ s more to hear of new pods/.test(await told()));
    const gone = (await firstToGo(world, beta)) - back;
    assert.ok(gone > 6 * 2_000, `${gone} ms after it was back`);
    assert.equal((await result()).status, "succeeded");
    world.holds("two");
  });
});
