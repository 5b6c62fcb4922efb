import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseLabelSelector, SelectorError, selectorOf, selects } from "./label-selector.ts";

// What is expected was answered by Kubernetes' own library (scripts/kubernetes-golden).
const golden: { labels: Record<string, string>[]; selectors: Record<string, number[] | null> } = JSON.parse(
  readFileSync(new URL("../../testdata/label-selectors.json", import.meta.url), "utf8"),
);

for (const [text, expected] of Object.entries(golden.selectors)) {
  test(`selector ${JSON.stringify(text)} ${expected === null ? "is refused" : `selects ${expected}`}`, () => {
    if (expected === null) {
      assert.throws(() => parseLabelSelector(text), SelectorError);
      return;
    }
    const selector = parseLabelSelector(text);
    const selected = [...golden.labels.keys()].filter((index) => selects(selector, golden.labels[index] ?? {}));
    assert.deepEqual(selected, expected);
  });
}

test("a selector object requires its labels and its expressions", () => {
  const selector = selectorOf({
    matchLabels: { app: "shop" },
    matchExpressions: [{ key: "slot", operator: "NotIn", values: ["b"] }],
  });
  assert.equal(selects(selector, { app: "shop" }), true);
  assert.equal(selects(selector, { app: "shop", slot: "b" }), false);
  assert.equal(selects(selector, { slot: "a" }), false);
});
