import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { addQuantities, canonicalQuantity, compareQuantities, parseQuantity } from "./quantity.ts";

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

test("quantities add up exactly, in the first one's form", () => {
  assert.equal(addQuantities("0", "128Mi"), "128Mi");
  assert.equal(addQuantities("896Mi", "128Mi"), "1Gi");
  assert.equal(addQuantities("100m", "0.2"), "300m");
  assert.equal(addQuantities("1500m", "500m"), "2");
  assert.equal(addQuantities("1Gi", "1Gi", -1), "0");
  assert.equal(compareQuantities("1", "1000m"), 0);
  assert.equal(compareQuantities("9007199254740993", "9007199254740992"), 1);
});
