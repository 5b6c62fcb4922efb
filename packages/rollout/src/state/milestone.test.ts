import assert from "node:assert/strict";
import { test } from "node:test";
import { scenario } from "../testing/scenario.ts";
import { milestoneOf } from "./milestone.ts";

test("a rollout's milestones: each once, in order", async () => {
  const s = scenario();
  s.release("one");
  s.release("two");
  s.release("three", { clusters: ["alpha"] });
  s.cluster("beta").script("two", { kind: "crash", exitCode: 1 });
  const engine = s.engine("a");
  const of = async (release: string): Promise<readonly string[]> => {
    const { number } = await s.deploy(engine, release);
    return (await s.events(number)).flatMap((event) => milestoneOf(event) ?? []);
  };
  assert.deepEqual(await of("one"), ["started", "done"]);
  assert.deepEqual(await of("two"), ["started", "failed", "rolled-back"]);
  s.cluster("beta").cut();
  assert.deepEqual(
    await of("one"),
    ["started", "failed"],
    "one that is refused has changed nothing, so nothing is rolled back",
  );
  await engine.stop();
});
