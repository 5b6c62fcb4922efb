import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { isObject, type JsonObject, textAt } from "../json.ts";
import { ApiError } from "../status.ts";
import { parseProtobuf } from "./protobuf.ts";

// The bytes were written by Kubernetes' own library (scripts/kubernetes-golden).
const folder = new URL("../../testdata/protobuf/", import.meta.url);

/** Go also writes structs that are empty; reading by schema adds those. */
function withoutEmpty(value: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(value), (_, child: unknown) =>
    isObject(child) && Object.keys(child).length === 0 ? undefined : child,
  );
}

for (const file of readdirSync(folder)) {
  test(`protobuf: ${file.replace(".json", "")}`, () => {
    const one: unknown = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
    assert.ok(isObject(one) && isObject(one["expect"]));
    const read = parseProtobuf(Buffer.from(textAt(one, "base64"), "base64"));
    assert.deepEqual(withoutEmpty(read), withoutEmpty(one["expect"]));
  });
}

test("bytes that are no envelope, cut off or wild are refused", () => {
  const whole = Buffer.from(
    textAt(JSON.parse(readFileSync(new URL("deployment.json", folder), "utf8")), "base64"),
    "base64",
  );
  const bad = [
    Buffer.alloc(0),
    Buffer.from("{}"),
    Buffer.from("k8s\0\xff\xff\xff\xff", "latin1"),
    whole.subarray(0, 90),
  ];
  for (const bytes of bad) {
    assert.throws(
      () => parseProtobuf(bytes),
      (error) => error instanceof ApiError && error.code === 400,
    );
  }
});
