import assert from "node:assert/strict";
import { test } from "node:test";
import { changedFields, isDeployment, isService } from "@fairway/objects";
import { placeInSlot, render, workloadName } from "./index.ts";
import { inputsOf, sha256 } from "./render/testing/inputs.ts";

const neutral = render(inputsOf('name = "user"', "prod"), sha256)["alpha"] ?? [];

test("rendered objects know no slot and no release", () => {
  assert.doesNotMatch(JSON.stringify(neutral), /fairway\.dev\/(slot|release)/);
});

test("a slot has a workload of its own, and the stable Service leads to it", () => {
  const placed = placeInSlot(neutral, "b", "7c41e0aa01fd");
  const deployment = placed.find(isDeployment);
  assert.equal(deployment?.metadata.name, workloadName("user", "b"));
  assert.equal(deployment?.metadata.name, "user-b");
  const pods = { "fairway.dev/service": "user", "fairway.dev/slot": "b" };
  assert.deepEqual(deployment?.spec?.selector.matchLabels, pods);
  const service = placed.find(isService);
  assert.equal(service?.metadata.name, "user");
  assert.deepEqual(service?.spec?.selector, pods);
  assert.equal(deployment?.spec?.template.metadata?.labels?.["fairway.dev/slot"], "b");
});

test("the release's name is on every object and on the pods, and nothing else changes", () => {
  const placed = placeInSlot(neutral, "a", "7c41e0aa01fd");
  for (const object of placed) assert.equal(object.metadata.labels?.["fairway.dev/release"], "7c41e0aa01fd");
  assert.equal(placed.find(isDeployment)?.spec?.template.metadata?.labels?.["fairway.dev/release"], "7c41e0aa01fd");
  const changed = new Set(changedFields(neutral, placed).map(({ path }) => path.replace(/^\[\d+\]/, "")));
  assert.deepEqual([...changed].toSorted(), [
    '.metadata.labels["fairway.dev/release"]',
    '.metadata.labels["fairway.dev/slot"]',
    ".metadata.name",
    '.spec.selector.matchLabels["fairway.dev/slot"]',
    '.spec.selector["fairway.dev/slot"]',
    '.spec.template.metadata.labels["fairway.dev/release"]',
    '.spec.template.metadata.labels["fairway.dev/slot"]',
  ]);
});
