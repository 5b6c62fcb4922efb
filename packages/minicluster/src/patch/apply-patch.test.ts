import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { isObject, type Json, type JsonObject, objectAt, objectsAt, textAt } from "../json.ts";
import { kinds } from "../registry/registry.ts";
import { shapeOf } from "../schema/shape.ts";
import { ApiError } from "../status.ts";
import { applyPatch, type PatchType } from "./apply-patch.ts";

// What is expected was answered by Kubernetes' own library (scripts/kubernetes-golden).
const folder = new URL("../../testdata/strategic-merge/", import.meta.url);

function readCases(file: string): JsonObject {
  const value: unknown = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  assert.ok(isObject(value));
  return value;
}

for (const file of readdirSync(folder)) {
  const cases = readCases(file);
  const kind = kinds.find((one) => one.kind === cases["kind"]);
  for (const one of objectsAt(cases, "cases")) {
    test(`strategic merge of a ${kind?.kind}: ${textAt(one, "name")}`, () => {
      assert.ok(kind);
      const patch = () =>
        applyPatch("strategic", objectAt(one, "original") ?? {}, objectAt(one, "patch") ?? {}, shapeOf(kind.schema));
      if (textAt(one, "error") !== "") {
        assert.throws(patch, (error) => error instanceof ApiError);
      } else {
        assert.deepEqual(patch(), one["expect"]);
      }
    });
  }
}

const refused: readonly (readonly [string, PatchType, Json, number])[] = [
  ["no list of operations", "json", {}, 400],
  ["a failed test", "json", [{ op: "test", path: "/a", value: 2 }], 422],
  ["too many operations", "json", Array(10_001).fill({ op: "test", path: "", value: {} }), 413],
  ["a list", "merge", [], 400],
];
for (const [what, type, patch, code] of refused) {
  test(`a patch that is refused is answered as the API server does: ${what}`, () => {
    assert.throws(
      () => applyPatch(type, { a: 1 }, patch, { type: "any" }),
      (error) => error instanceof ApiError && error.code === code,
    );
  });
}
