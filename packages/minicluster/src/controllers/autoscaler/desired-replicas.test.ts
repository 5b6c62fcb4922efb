import assert from "node:assert/strict";
import { test } from "node:test";
import { limited, replicasForUse } from "./desired-replicas.ts";

test("replicas follow what the pods use of what they request", () => {
  const cases: readonly (readonly [string, number, readonly (number | undefined)[], number])[] = [
    ["twice the target", 2, [0.7, 0.7], 4],
    ["half of it", 4, [0.175, 0.175, 0.175, 0.175], 2],
    ["near enough", 2, [0.37, 0.36], 2],
    ["nothing is known of one, and the other is idle", 2, [0.01, undefined], 2],
    ["nothing is known of one, and the other is busy", 2, [1.4, undefined], 4],
    ["a new pod does not turn the direction round", 2, [0.4, undefined], 2],
  ];
  for (const [title, current, used, wanted] of cases) {
    assert.equal(replicasForUse(current, used, 0.5, 70)?.replicas, wanted, title);
  }
  assert.equal(replicasForUse(2, [undefined, undefined], 0.5, 70), undefined);
  assert.equal(replicasForUse(2, [0.35, 0.35], 0.5, 70)?.utilization, 70);
});

test("replicas stay within bounds, grow in steps, and do not follow a short lull", () => {
  const bounds = { min: 2, max: 10 };
  assert.equal(limited(3, 50, [], bounds), 6);
  assert.equal(limited(1, 50, [], bounds), 4);
  assert.equal(limited(8, 50, [], bounds), 10);
  assert.equal(limited(8, 1, [], bounds), 2);
  assert.equal(limited(8, 1, [5], bounds), 5);
  assert.equal(limited(8, 1, [20], bounds), 8);
});
