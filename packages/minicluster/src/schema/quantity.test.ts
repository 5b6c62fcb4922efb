import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { canonicalQuantity, parseQuantity } from "./quantity.ts";

// What is expected was answered by Kubernetes' own library (scripts/kubernetes-golden).
const golden: Record<string, string | null> = JSON.parse(
  readFileSync(new URL("../../testdata/quantities.json", import.meta.url), "utf8"),
);

for (const [given, expected] of Object.entries(golden)) {
  test(`quantity ${JSON.stringify(given)} is ${expected ?? "refused"}`, () => {
    assert.equal(canonicalQuantity(given) ?? null, expected);
  });
}

test("a quantity is a number of cores or bytes", () => {
  assert.equal(parseQuantity("250m"), 0.25);
  assert.equal(parseQuantity("128Mi"), 134_217_728);
  assert.equal(parseQuantity(2), 2);
  assert.equal(parseQuantity("much"), undefined);
});
