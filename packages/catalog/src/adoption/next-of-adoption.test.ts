import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ActResult, type AdoptionFacts, type AdoptionState, nextOfAdoption } from "../index.ts";

const start = Date.parse("2026-01-01T00:00:00Z");
const results: Readonly<Record<string, ActResult>> = {
  d: { state: "done" },
  p: { state: "pending", message: "no answer" },
  f: { state: "failed", message: "forbidden" },
};
type Rollout = NonNullable<AdoptionFacts["rollout"]>;

/** `acts`: of clusters 0, 1, ...: done, pending or failed. */
function next(
  state: AdoptionState,
  facts: { readonly acts?: string; readonly rollout?: Rollout["status"] | undefined; readonly converging?: boolean },
  { after = 1, reason }: { readonly after?: number; readonly reason?: string } = {},
): string {
  const { acts = "", rollout, converging = false } = facts;
  const found = nextOfAdoption(
    { state, reason, changedAt: new Date(start).toISOString() },
    {
      acts: Object.fromEntries([...acts].map((letter, index) => [`c${index}`, results[letter] ?? { state: "done" }])),
      rollout: rollout && { status: rollout, reason: rollout === "succeeded" ? undefined : "it crashes", converging },
    },
    start + after * 1_000,
  );
  if (found === undefined) return "stays";
  return found.reason === undefined ? found.state : `${found.state}: ${found.reason}`;
}

describe("what comes next in an adoption", () => {
  it("goes on when all clusters have done it, and not before", () => {
    const way = ["claiming", "moving", "taking", "deleting", "leading-back", "letting-go"] as const;
    assert.deepEqual(
      way.map((state) => [next(state, { acts: "dp" }), next(state, { acts: "dd" })].join(" ")),
      ["stays beside", "stays moved", "stays settling", "stays confirmed", "stays removing", "stays undone"],
    );
  });

  it("goes back everywhere as soon as one cluster cannot, or has not within two minutes", () => {
    assert.equal(next("moving", { acts: "ddf" }), "leading-back: c2: forbidden");
    assert.equal(next("moving", { acts: "dpd" }, { after: 119 }), "stays");
    assert.equal(next("moving", { acts: "dpd" }, { after: 120 }), "leading-back: c1: no answer");
    assert.equal(next("claiming", { acts: "fd" }), "letting-go: c0: forbidden");
    assert.equal(next("taking", { acts: "fd" }), "moved: c0: forbidden");
  });

  it("goes neither on nor back by itself when it has moved, nor back from deleting or letting go", () => {
    assert.equal(next("moved", { acts: "dd" }, { after: 9_999 }), "stays");
    assert.equal(next("moved", { acts: "fp" }, { after: 9_999 }), "stays");
    for (const state of ["deleting", "letting-go"] as const)
      assert.equal(next(state, { acts: "fp" }, { after: 9_999 }), "stays");
  });

  it("comes back to where a person decides when there is nothing to lead requests back to", () => {
    assert.equal(next("leading-back", { acts: "dpf" }), "moved: c2: forbidden");
    assert.equal(next("leading-back", { acts: "dpd" }, { after: 9_999 }), "stays", "a silent cluster is waited for");
    const reason = "c0: no answer";
    assert.equal(next("leading-back", { acts: "df" }, { reason, after: 119 }), "stays", "nobody has asked for it");
    assert.equal(
      next("leading-back", { acts: "df" }, { reason, after: 120 }),
      "moved: c1: forbidden (it was to go back: c0: no answer)",
    );
  });

  it("follows its rollout: all clusters or none", () => {
    assert.equal(next("beside", { rollout: "unfinished" }, { after: 9_999 }), "stays");
    assert.equal(next("beside", { rollout: "succeeded" }), "moving");
    assert.equal(
      next("beside", { rollout: "succeeded", converging: true }),
      "letting-go: not all clusters could be brought to the release",
    );
    assert.equal(next("beside", { rollout: "failed" }), "letting-go: it crashes");
    assert.equal(next("settling", { rollout: "refused" }), "moved: it crashes");
    assert.equal(next("settling", { rollout: "succeeded" }), "deleting");
  });

  it("removes ours until that has succeeded, by a new rollout each half minute", () => {
    assert.equal(next("removing", { rollout: "failed" }, { after: 29 }), "stays");
    assert.equal(next("removing", { rollout: "failed" }, { after: 30, reason: "why" }), "removing: why");
    assert.equal(next("removing", { rollout: "succeeded", converging: true }), "letting-go");
    assert.equal(next("removing", {}), "letting-go", "ours does not run");
  });

  it("says at the end why it went back, unless a person wanted it so", () => {
    assert.equal(next("leading-back", { acts: "d" }, { reason: "why" }), "removing: why");
    assert.equal(next("letting-go", { acts: "d" }, { reason: "why" }), "failed: why");
    assert.equal(next("letting-go", { acts: "d" }), "undone");
  });
});
