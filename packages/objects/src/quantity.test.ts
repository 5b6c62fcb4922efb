import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCpu, formatMemory, parseQuantity } from "./index.ts";

const parsed: readonly [string | number, number | undefined][] = [
  ["250m", 0.25],
  ["2", 2],
  ["1.5", 1.5],
  [".5", 0.5],
  [3, 3],
  ["1Gi", 1073741824],
  ["128Mi", 134217728],
  ["128M", 128000000],
  ["1E", 1e18],
  ["1e3", 1000],
  ["1E3", 1000],
  ["-1k", -1000],
  ["", undefined],
  ["1 Gi", undefined],
  ["Gi", undefined],
  ["1gi", undefined],
  ["0x10", undefined],
  [Number.NaN, undefined],
];
for (const [quantity, number] of parsed) {
  test(`${JSON.stringify(quantity)} is ${number}`, () => assert.equal(parseQuantity(quantity), number));
}

test("cores are written in whole thousandths, never less than asked", () => {
  assert.deepEqual([0.25, 2, 0.1 * 3, 0.0001, 1.0005, 0].map(formatCpu), ["250m", "2", "300m", "1m", "1001m", "0"]);
});

test("bytes are written in the largest unit that is exact", () => {
  assert.deepEqual([134217728, 1073741824, 1536 * 1024 * 1024, 1000, 1024.5, 0].map(formatMemory), [
    "128Mi",
    "1Gi",
    "1536Mi",
    "1000",
    "1025",
    "0",
  ]);
});
