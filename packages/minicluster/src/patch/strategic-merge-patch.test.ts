import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { isObject, type JsonObject, objectAt, objectsAt, textAt } from "../json.ts";
import { kinds } from "../registry/registry.ts";
import { shapeOf } from "../schema/shape.ts";
import { ApiError } from "../status.ts";
import { applyStrategicMergePatch } from "./strategic-merge-patch.ts";

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
        applyStrategicMergePatch(objectAt(one, "original") ?? {}, objectAt(one, "patch") ?? {}, shapeOf(kind.schema));
      if (textAt(one, "error") !== "") {
        assert.throws(patch, (error) => error instanceof ApiError);
      } else {
        assert.deepEqual(patch(), one["expect"]);
      }
    });
  }
}
