import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { childOf, copyOf, isObject, type Json, type JsonObject, objectAt, objectsAt, textAt } from "../json.ts";
import { apiVersionOf } from "../registry/kind.ts";
import { kinds } from "../registry/registry.ts";
import { decode } from "../schema/decode.ts";
import { shapeOf } from "../schema/shape.ts";
import { ApiError } from "../status.ts";
import { apply, trackUpdate, type Writer } from "./field-manager.ts";
import { fieldSetOf } from "./field-set.ts";
import { encodeManagers } from "./managed-fields.ts";

// Each case is a sequence of writes of one object; what is expected was answered by Kubernetes' own field manager
// (scripts/kubernetes-golden).
const folder = new URL("../../testdata/ownership/", import.meta.url);

function readCase(file: string): JsonObject {
  const value: unknown = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  assert.ok(isObject(value));
  return value;
}

/** The entries in the order of one moment. */
function withoutTimes(object: JsonObject): Json[] {
  const key = (entry: JsonObject) =>
    ["operation", "manager", "subresource"].map((field) => textAt(entry, field)).join(" ");
  return objectsAt(object, "metadata", "managedFields")
    .map(({ time: _, ...entry }) => entry)
    .sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

for (const file of readdirSync(folder)) {
  test(`ownership: ${file.replace(".json", "").replaceAll("-", " ")}`, () => {
    const sequence = readCase(file);
    const kind = kinds.find((one) => one.kind === sequence["kind"] && apiVersionOf(one) === sequence["apiVersion"]);
    assert.ok(kind);
    const shape = shapeOf(kind.schema);
    let live: JsonObject | undefined;
    for (const [index, step] of objectsAt(sequence, "steps").entries()) {
      const where = `step ${index + 1}`;
      const subresource = textAt(step, "subresource");
      const writer: Writer = {
        manager: textAt(step, "manager"),
        apiVersion: apiVersionOf(kind),
        subresource,
        now: Date.UTC(2026, 0, 1),
        resetFields: fieldSetOf([subresource === "status" ? "f:spec" : "f:status"]),
      };
      const given = copyOf(objectAt(step, "object") ?? {});
      const expected = objectAt(step, "expect") ?? {};
      try {
        let next: JsonObject;
        if (step["operation"] === "Apply") {
          const applied = apply(shape, live, given, writer, step["force"] === true);
          next = decode(shape, applied.object).value;
          encodeManagers(next, applied.managers);
        } else {
          next = decode(shape, given).value;
          trackUpdate(shape, live, next, writer);
        }
        childOf(next, "metadata")["uid"] = "uid";
        live = next;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        assert.equal(error.message, expected["error"], where);
        if (expected["causes"] !== undefined) assert.deepEqual(error.status.details?.causes, expected["causes"], where);
        continue;
      }
      assert.equal(undefined, expected["error"], `${where} should have failed`);
      assert.deepEqual(withoutTimes(live), expected["managedFields"] ?? [], where);
    }
    const last = copyOf(live ?? {});
    delete childOf(last, "metadata")["managedFields"];
    assert.deepEqual(last, sequence["expect"]);
  });
}
