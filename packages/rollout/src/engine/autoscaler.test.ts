import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Deployment, isDeployment, isHorizontalPodAutoscaler } from "@fairway/objects";
import type { MemoryCluster } from "../testing/memory-cluster.ts";
import { type Scenario, scenario } from "../testing/scenario.ts";

const bounds = { min: 3, max: 8 };

function workload(cluster: MemoryCluster): Deployment | undefined {
  return cluster.objects("user").find(isDeployment);
}

/** As the API fills it in. */
function replicas(cluster: MemoryCluster): number {
  return workload(cluster)?.spec?.replicas ?? 1;
}

/** All numbers of replicas that anybody could see from now on, until the end is asked for. */
function seen(world: Scenario): () => readonly number[] {
  const numbers: number[] = [];
  const stops = world.clusters.map((cluster) =>
    cluster.onChange(() => workload(cluster) !== undefined && numbers.push(replicas(cluster))),
  );
  return () => {
    for (const stop of stops) stop();
    return [...new Set(numbers)];
  };
}

function scale(world: Scenario, to: number, manager = "kube-controller-manager"): void {
  for (const cluster of world.clusters) {
    const deployment = workload(cluster);
    assert.ok(deployment?.spec);
    cluster.updateAs(manager, { ...deployment, spec: { ...deployment.spec, replicas: to } });
  }
}

/** Deploys one, lets its autoscaler scale it where `to` is given, deploys two and says what could be seen meanwhile. */
async function from(
  one: Parameters<Scenario["release"]>[1],
  two: Parameters<Scenario["release"]>[1],
  to?: number,
  crashing = false,
) {
  const world = scenario();
  world.release("one", one);
  world.release("two", two);
  if (crashing) world.cluster("beta").script("two", { kind: "crash", exitCode: 1 });
  const engine = world.engine("engine-1");
  assert.equal((await world.deploy(engine, "one")).status, "succeeded");
  if (to !== undefined) scale(world, to);
  await world.clock.advance(2_000);
  const numbers = seen(world);
  const result = await world.deploy(engine, "two");
  await world.clock.advance(2_000);
  const all = numbers();
  return { world, engine, result, numbers: all };
}

describe("engine: autoscalers", () => {
  it("begins with the autoscaler's smallest number", async () => {
    const world = scenario();
    world.release("one", { replicas: bounds });
    const engine = world.engine("engine-1");
    const numbers = seen(world);
    const result = await world.deploy(engine, "one");
    assert.equal(result.status, "succeeded");
    assert.equal(result.clusters[0]?.phases["app"]?.detail, "3/3");
    assert.deepEqual(numbers(), [3]);
    await engine.stop();
    world.holds("one");
  });

  it("leaves the number to the autoscaler from then on", async () => {
    const { world, engine, result, numbers } = await from({ replicas: bounds }, { replicas: bounds, config: "x" }, 7);
    assert.equal(result.clusters[0]?.phases["app"]?.detail, "7/7");
    assert.deepEqual(numbers, [7]);
    await engine.stop();
    world.holds("two");
  });

  it("keeps the present number when a service gets an autoscaler, also one that is out of the bounds until it is scaled", async () => {
    const kept = await from({ replicas: 5 }, { replicas: bounds });
    assert.deepEqual(kept.numbers, [5]);
    const raised = await from({ replicas: 2 }, { replicas: bounds });
    assert.deepEqual(raised.numbers, [2, 3]);
    assert.equal(raised.result.status, "succeeded");
    for (const { world, engine } of [kept, raised]) {
      await engine.stop();
      world.holds("two");
    }
  });

  it("sets a number again when a service loses its autoscaler, and not before the new release stands", async () => {
    const fewer = await from({ replicas: bounds }, { replicas: 2 }, 7);
    assert.equal(fewer.result.status, "succeeded");
    assert.deepEqual(fewer.numbers, [7, 2]);
    const more = await from({ replicas: bounds }, { replicas: 8 }, 7);
    assert.deepEqual(more.numbers, [7, 8]);
    const equal = await from({ replicas: bounds }, { replicas: 7 }, 7);
    assert.deepEqual(equal.numbers, [7]);
    for (const { world, engine } of [fewer, more, equal]) {
      assert.deepEqual(world.cluster("alpha").objects("user").filter(isHorizontalPodAutoscaler), []);
      // And it is ours from now on.
      world.release("three", { replicas: 4 });
      assert.equal((await world.deploy(engine, "three")).status, "succeeded");
      await engine.stop();
      world.holds("three");
      assert.equal(replicas(world.cluster("alpha")), 4);
    }
  });

  it("goes back over both ways with the number that there was", async () => {
    const lost = await from({ replicas: bounds }, { replicas: 2 }, 7, true);
    assert.equal(lost.result.status, "failed");
    assert.deepEqual(lost.numbers, [7]);
    const got = await from({ replicas: 5 }, { replicas: bounds }, undefined, true);
    assert.equal(got.result.status, "failed");
    assert.deepEqual(got.numbers, [5]);
    const raised = await from({ replicas: 2 }, { replicas: bounds }, undefined, true);
    assert.deepEqual(raised.numbers.toSorted(), [2, 3]);
    assert.equal(replicas(raised.world.cluster("alpha")), 2);
    for (const { world, engine } of [lost, got, raised]) {
      await engine.stop();
      world.holds("one");
    }
  });

  it("stops a service that had an autoscaler at once when it shall have no replicas", async () => {
    const { numbers, result } = await from({ replicas: bounds }, { replicas: 0 }, 7);
    assert.equal(result.status, "succeeded");
    assert.deepEqual(numbers, [7, 0]);
  });

  it("refuses a number that an autoscaler of somebody else's owns", async () => {
    const world = scenario();
    world.release("one", { replicas: 2 });
    world.release("two", { replicas: 4 });
    const engine = world.engine("engine-1");
    await world.deploy(engine, "one");
    const metadata = { name: "theirs", namespace: "user" };
    const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "user-a" };
    for (const cluster of world.clusters) {
      const spec = { scaleTargetRef, minReplicas: 6, maxReplicas: 9 };
      cluster.applyAs("somebody", { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata, spec });
    }
    await world.clock.advance(2_000);
    const result = await world.deploy(engine, "two");
    await engine.stop();
    assert.equal(result.status, "refused");
    assert.match(result.reason ?? "", /kube-controller-manager/);
    assert.equal(replicas(world.cluster("alpha")), 6);
  });
});
