import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type SeenInCluster, serviceHealth } from "./index.ts";

const crash = { severity: "fatal", summary: "the release crashes when it starts" } as const;
const slow = { severity: "likely", summary: "readiness fails" } as const;

function seen(cluster: string, counts: string, more: Partial<SeenInCluster> = {}): SeenInCluster {
  const [ready = 0, desired = 0] = counts.split("/").map(Number);
  return {
    ...{ cluster, desired, ready, reachable: true, drained: false },
    ...{ release: "r1", decided: "r1", causes: [] },
    ...more,
  };
}

describe("health of a service", () => {
  const gone = { reachable: false } as const;
  const nothing = { release: undefined } as const;
  const first = { decided: undefined, release: undefined } as const;
  const cases: readonly [string, readonly SeenInCluster[], { rolling?: true }, string][] = [
    ["all ready everywhere", [seen("alpha", "2/2"), seen("beta", "2/2")], {}, "healthy"],
    ["more ready than wanted", [seen("alpha", "3/2")], {}, "healthy"],
    ["one short", [seen("alpha", "2/2"), seen("beta", "1/2")], {}, "degraded: 1 of 2 ready in beta"],
    ["one cluster down", [seen("alpha", "2/2"), seen("beta", "0/2")], {}, "degraded: 0 of 2 ready in beta"],
    ["down everywhere", [seen("alpha", "0/2"), seen("beta", "0/2")], {}, "down: 0 of 2 ready in alpha"],
    [
      "the cause before the count",
      [seen("alpha", "1/2"), seen("beta", "0/2", { causes: [crash] })],
      {},
      "degraded: the release crashes when it starts (beta)",
    ],
    [
      "all ready, between two crashes",
      [seen("alpha", "2/2", { causes: [crash] }), seen("beta", "2/2", { causes: [crash] })],
      {},
      "degraded: the release crashes when it starts (alpha, beta)",
    ],
    [
      "a transient cause says nothing",
      [seen("alpha", "1/2", { causes: [{ severity: "transient", summary: "pulls" }] })],
      {},
      "degraded: 1 of 2 ready in alpha",
    ],
    [
      "a cluster out of sight",
      [seen("alpha", "2/2"), seen("beta", "2/2", gone)],
      {},
      "degraded: beta cannot be reached",
    ],
    [
      "nothing in sight",
      [seen("alpha", "2/2", gone), seen("beta", "0/2", gone)],
      {},
      "unknown: alpha, beta cannot be reached",
    ],
    [
      "what is in sight is down",
      [seen("alpha", "0/2"), seen("beta", "2/2", gone)],
      {},
      "down: 0 of 2 ready in alpha; beta cannot be reached",
    ],
    [
      "a cluster that has not got it, out of sight or not",
      [seen("alpha", "2/2"), seen("beta", "0/0", { ...first, ...gone }), seen("gamma", "0/0", first)],
      {},
      "healthy",
    ],
    [
      "one that takes no traffic",
      [seen("alpha", "2/2"), seen("beta", "2/2", { drained: true })],
      {},
      "healthy: no traffic goes to beta yet",
    ],
    ["a first rollout", [seen("alpha", "0/2", first), seen("beta", "0/0", first)], { rolling: true }, "progressing"],
    [
      "a first rollout that crashes",
      [seen("alpha", "0/2", { ...first, causes: [crash] })],
      { rolling: true },
      "down: the release crashes when it starts (alpha)",
    ],
    ["the rest of what was removed", [seen("alpha", "1/2", { decided: undefined })], {}, "unknown"],
    ["a rollout that has not changed anything yet", [seen("alpha", "2/2")], { rolling: true }, "progressing"],
    [
      "a rollout with a cluster out of sight",
      [seen("alpha", "2/2"), seen("beta", "2/2", gone)],
      { rolling: true },
      "progressing: beta cannot be reached",
    ],
    ["a rollout that waits", [seen("alpha", "1/2", { causes: [slow] })], { rolling: true }, "progressing"],
    [
      "a rollout that breaks things",
      [seen("alpha", "0/2", { causes: [crash] })],
      { rolling: true },
      "down: the release crashes when it starts (alpha)",
    ],
    [
      "one cluster ahead during a rollout",
      [seen("alpha", "2/2", { release: "r2" }), seen("beta", "2/2")],
      { rolling: true },
      "progressing",
    ],
    [
      "a doomed new release beside a complete old one",
      [seen("alpha", "2/2", { causes: [crash], release: "r2" })],
      { rolling: true },
      "progressing",
    ],
    [
      "one cluster left behind",
      [seen("alpha", "2/2"), seen("beta", "2/2", { release: "r0" })],
      {},
      "degraded: beta serves another release than the one decided",
    ],
    ["nothing where something should be", [seen("alpha", "0/0", nothing)], {}, "down: nothing runs in alpha"],
    ["no clusters", [], {}, "unknown"],
  ];
  for (const [name, clusters, { rolling = false }, expected] of cases) {
    it(`${name}: ${expected}`, () => {
      const { health, trouble } = serviceHealth(clusters, rolling);
      assert.equal(trouble === undefined ? health : `${health}: ${trouble}`, expected);
    });
  }

  it("is told for each cluster", () => {
    const { clusters } = serviceHealth([seen("alpha", "2/2"), seen("beta", "0/2", gone)], false);
    assert.deepEqual(clusters, { alpha: "healthy", beta: "unknown" });
  });
});
