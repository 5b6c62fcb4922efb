import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { behaviours } from "@fairway/minicluster/simulation";
import { type SimulatedScenarioOptions, simulatedScenario } from "./simulated-scenario.ts";

/** A release, and one that replaces it; what the trace says, and how it ended. */
async function replace(options: SimulatedScenarioOptions, crashes = false) {
  const hash = createHash("sha256");
  const world = simulatedScenario({ ...options, trace: (line) => hash.update(`${line}\n`) });
  const { simulation } = world;
  world.release("one", { config: "one" });
  world.release("two", { config: "two" });
  if (crashes) simulation.cluster("beta").play({ of: { release: "two" }, runs: behaviours.crash(1, "no database") });
  const engine = world.engine("engine");
  const first = await world.deploy(engine, "one");
  const before = simulation.calls.length;
  const second = await world.deploy(engine, "two");
  await world.clock.advance(120_000);
  const { status } = await world.viewOf(second.number);
  world.holds(status === "succeeded" ? "two" : "one");
  await engine.stop();
  await world.end();
  assert.deepEqual(
    simulation.clusters.flatMap(({ errors }) => errors),
    [],
  );
  return { statuses: [first.status, status], before, calls: simulation.calls, history: hash.digest("hex") };
}

test("a rollout over two simulated clusters repeats exactly, and another seed's does not", async () => {
  const [one, again, other] = [await replace({ seed: 1 }), await replace({ seed: 1 }), await replace({ seed: 2 })];
  assert.deepEqual(one.statuses, ["succeeded", "succeeded"]);
  assert.deepEqual(again, one);
  assert.notEqual(other.history, one.history);
});

test("a release that crashes in one of them is taken back everywhere", async () => {
  assert.deepEqual((await replace({}, true)).statuses, ["succeeded", "failed"]);
});

test("an outage at any tenth call of a recorded rollout is survived", async () => {
  const { before, calls } = await replace({});
  for (const call of calls.slice(before).filter((_, index) => index % 10 === 5)) {
    const what = { kind: "unreachable", milliseconds: 3_000 } as const;
    const { statuses } = await replace({ faults: [{ at: call.number, what }] });
    assert.deepEqual(statuses, ["succeeded", "succeeded"], `cut at call ${call.number}`);
  }
});
