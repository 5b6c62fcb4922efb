import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHttpRoute, isService, type KubernetesObject } from "@fairway/objects";
import type { DeploySettings } from "../ports.ts";
import { type Scenario, scenario } from "../testing/scenario.ts";

/** Weight by the Service that a route leads to. */
function led(objects: readonly KubernetesObject[]): ReadonlyMap<string, number> {
  const rules = objects.filter(isHttpRoute).flatMap(({ spec }) => spec?.rules ?? []);
  return new Map(
    rules.flatMap(({ backendRefs = [] }) => backendRefs).map(({ name, weight = 1 }) => [name, weight] as const),
  );
}

/** Fails as soon as a proxy that hears of routes and Services in any order could have nowhere to go. Gives the steps that were seen. */
function watchRoutes(world: Scenario): () => readonly string[] {
  const seen: string[] = [];
  const stops = world.clusters.map((cluster) => {
    let before = led(cluster.objects("user"));
    return cluster.onChange(() => {
      const objects = cluster.objects("user");
      const now = led(objects);
      const services = new Set(objects.filter(isService).map(({ metadata }) => metadata.name));
      for (const [name, weight] of now) {
        assert.ok(services.has(name), `a route leads to ${name}, which is not there`);
        assert.ok(weight === 0 || before.has(name), `${name} gets requests as soon as it is named`);
      }
      for (const [name, weight] of before) assert.ok(weight === 0 || now.has(name), `${name} goes with its requests`);
      before = now;
      if (cluster === world.clusters[0]) seen.push([...now].map((one) => one.join("=")).join(" "));
    });
  });
  return () => {
    for (const stop of stops) stop();
    return seen.filter((one, index) => one !== seen[index - 1]);
  };
}

/** @param abortedAt percent */
async function rollOut(deploy: Partial<DeploySettings>, abortedAt?: number) {
  const world = scenario();
  world.release("one", { routed: true });
  world.release("two", { routed: true, deploy });
  const engine = world.engine("engine-1");
  await world.deploy(engine, "one");
  const stop = watchRoutes(world);
  const { number } = await world.ask(engine, "two");
  if (abortedAt !== undefined) {
    await world.until(number, ({ steps }) =>
      steps.some(({ weight, status }) => weight === abortedAt && status === "holding"),
    );
    await world.command(number, { type: "abort" });
  }
  const { status } = await world.ended(number);
  await engine.stop();
  return { status, seen: stop() };
}

const canary: Partial<DeploySettings> = { strategy: "canary", steps: [{ weight: 50, hold: 60_000 }] };
const before = ["user=1", "user=100 user-a=0 user-b=0"];
const after = before.toReversed();

describe("routes, as a proxy hears of them", () => {
  it("a canary names Services before it gives them requests, and drops them after", async () => {
    assert.deepEqual(await rollOut(canary), {
      status: "succeeded",
      seen: [...before, "user=0 user-a=50 user-b=50", ...after],
    });
  });

  it("so does one that goes back", async () => {
    assert.deepEqual(await rollOut(canary, 50), {
      status: "failed",
      seen: [...before, "user=0 user-a=50 user-b=50", ...after],
    });
  });

  it("blue-green leaves the route where it is", async () => {
    const { seen } = await rollOut({ strategy: "blue-green", switch: "at-once" });
    assert.deepEqual(seen, [...before, "user=1"]);
  });
});
