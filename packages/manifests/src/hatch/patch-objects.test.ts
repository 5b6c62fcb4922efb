import assert from "node:assert/strict";
import { test } from "node:test";
import { at, isObject, type Json, toJson } from "@fairway/object-schema";
import type { JsonPatchOperation, ObjectPatch } from "@fairway/spec";
import fc from "fast-check";
import { render } from "../index.ts";
import { inputsOf, sha256 } from "../render/testing/inputs.ts";
import { patchObjects } from "./patch-objects.ts";

const app =
  'name = "user"\nreplicas = { min = 2, max = 3 }\n[[dependencies]]\nname = "bus"\n' +
  '[[crons]]\nname = "nightly"\nschedule = "@daily"\ncommand = "x"\n[public]\nhost = "user.example.com"\n';
const objects = render(inputsOf(app, "prod"), sha256)["beta"] ?? [];
const kinds = [...new Set(objects.map(({ kind }) => kind))];

const template = ["spec", "template", "metadata", "labels"];
const cronTemplate = ["spec", "jobTemplate", "spec", "template", "metadata", "labels"];
/** Places that make an object what it is, and some that do not. */
const paths: readonly (readonly string[])[] = [
  ["kind"],
  ["apiVersion"],
  ["metadata"],
  ["metadata", "name"],
  ["metadata", "namespace"],
  ["metadata", "labels"],
  ["metadata", "labels", "fairway.dev/service"],
  ["metadata", "annotations"],
  ["spec"],
  ["spec", "selector"],
  ["spec", "selector", "matchLabels"],
  ["spec", "selector", "fairway.dev/service"],
  ["spec", "podSelector"],
  ["spec", "scaleTargetRef", "name"],
  ["spec", "template"],
  template,
  [...template, "fairway.dev/calls.pay"],
  [...template, "fairway.dev/calls.bus"],
  cronTemplate,
  [...cronTemplate, "fairway.dev/calls.pay"],
  ["roleRef", "name"],
  ["data"],
  ["data", "A"],
  ["spec", "revisionHistoryLimit"],
];
const value: fc.Arbitrary<Json> = fc.constantFrom<Json>(
  null,
  "x",
  3,
  [],
  {},
  { $patch: "delete" },
  { $patch: "replace", a: "b" },
  { "fairway.dev/calls.pay": "true" },
  { name: "x" },
);
const merge = fc
  .tuple(fc.constantFrom(...paths), value)
  .map(([path, leaf]) => path.reduceRight<Json>((below, step) => ({ [step]: below }), leaf));
const pointer = fc.constantFrom(...paths).map((path) => path.map((step) => `/${step.replaceAll("/", "~1")}`).join(""));
const operation: fc.Arbitrary<JsonPatchOperation> = fc.record({
  op: fc.constantFrom("add", "remove", "replace", "move", "copy"),
  path: pointer,
  from: pointer,
  value,
});
const patch: fc.Arbitrary<ObjectPatch> = fc.record({
  kind: fc.constantFrom(...kinds),
  name: fc.constant(undefined),
  change: fc.oneof(
    merge.map((made) => ({ type: "strategic" as const, merge: isObject(made) ? made : {} })),
    fc.array(operation, { minLength: 1, maxLength: 3 }).map((operations) => ({ type: "json" as const, operations })),
  ),
});

/** What must stay: references, selectors, and every label and annotation of ours wherever it stands. */
function identityOf(object: unknown): unknown {
  const json = toJson(object);
  const ours = (path: readonly string[]) => {
    const map = at(json, ...path);
    return Object.entries(isObject(map) ? map : {}).filter(([key]) =>
      /^fairway\.dev\/|^app\.kubernetes\.io\/(name|managed-by)$/.test(key),
    );
  };
  return [
    [
      ["kind"],
      ["apiVersion"],
      ["metadata", "name"],
      ["metadata", "namespace"],
      ["spec", "selector"],
      ["spec", "podSelector"],
      ["spec", "scaleTargetRef"],
      ["roleRef"],
      ["data"],
    ].map((path) => at(json, ...path)),
    [["metadata", "labels"], ["metadata", "annotations"], template, cronTemplate].map((path) =>
      Object.fromEntries(ours(path)),
    ),
  ];
}

test("whatever a patch does, it is applied and the object stays itself, or it is a problem with a place", () => {
  fc.assert(
    fc.property(fc.array(patch, { minLength: 1, maxLength: 3 }), (patches) => {
      const result = patchObjects(objects, patches, kinds);
      for (const { path, message } of result.problems) {
        assert.deepEqual(path.slice(0, 2), ["kubernetes", "patches"]);
        assert.notEqual(message, "");
      }
      assert.deepEqual(result.objects.map(identityOf), objects.map(identityOf));
      if (patches.length === 1 && result.problems.length > 0) assert.deepEqual(result.objects, objects);
    }),
    { numRuns: 500 },
  );
});
