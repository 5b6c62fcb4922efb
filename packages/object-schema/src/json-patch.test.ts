import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonObject } from "./json.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { PatchError } from "./patch-error.ts";

// Mostly the examples of RFC 6902, appendix A.
const applied: readonly (readonly [string, JsonObject, Json, JsonObject])[] = [
  ["add a member", { foo: "bar" }, [{ op: "add", path: "/baz", value: "qux" }], { foo: "bar", baz: "qux" }],
  ["add an element", { foo: ["a", "c"] }, [{ op: "add", path: "/foo/1", value: "b" }], { foo: ["a", "b", "c"] }],
  ["add behind the last", { foo: ["a"] }, [{ op: "add", path: "/foo/-", value: ["b"] }], { foo: ["a", ["b"]] }],
  ["remove", { a: 1, b: [1, 2] }, [{ op: "remove", path: "/b/0" }], { a: 1, b: [2] }],
  ["replace", { a: 1 }, [{ op: "replace", path: "/a", value: null }], { a: null }],
  ["move", { a: { b: 1 }, c: {} }, [{ op: "move", from: "/a/b", path: "/c/d" }], { a: {}, c: { d: 1 } }],
  ["move an element", { a: [1, 2, 3] }, [{ op: "move", from: "/a/0", path: "/a/2" }], { a: [2, 3, 1] }],
  ["copy", { a: { b: 1 } }, [{ op: "copy", from: "/a", path: "/c" }], { a: { b: 1 }, c: { b: 1 } }],
  ["test", { a: { x: 1, y: 2 } }, [{ op: "test", path: "/a", value: { y: 2, x: 1 } }], { a: { x: 1, y: 2 } }],
  [
    "escapes",
    { "/": 1, "~1": 2 },
    [
      { op: "remove", path: "/~01" },
      { op: "test", path: "/~1", value: 1 },
    ],
    { "/": 1 },
  ],
  ["no prototype", {}, [{ op: "add", path: "/__proto__", value: 1 }], JSON.parse('{"__proto__":1}')],
];

for (const [what, object, patch, expected] of applied) {
  test(`JSON patch: ${what}`, () => {
    const before = structuredClone(object);
    assert.deepEqual(applyJsonPatch(object, patch), expected);
    assert.deepEqual(object, before);
  });
}

const refused: readonly (readonly [string, JsonObject, Json, PatchError["code"]])[] = [
  ["a failed test", { a: 1 }, [{ op: "test", path: "/a", value: 2 }], "not-applicable"],
  ["a missing parent", {}, [{ op: "add", path: "/a/b", value: 1 }], "not-applicable"],
  ["an index out of bounds", { a: [1] }, [{ op: "add", path: "/a/2", value: 1 }], "not-applicable"],
  ["an index with a leading zero", { a: [1, 2] }, [{ op: "remove", path: "/a/00" }], "not-applicable"],
  ["a value moved into itself", { a: { b: {} } }, [{ op: "move", from: "/a", path: "/a/b/c" }], "not-applicable"],
  ["the whole object removed", { a: 1 }, [{ op: "remove", path: "" }], "not-applicable"],
  ["an unknown operation", {}, [{ op: "spam", path: "/a" }], "not-applicable"],
  ["a pointer that is none", {}, [{ op: "add", path: "a", value: 1 }], "malformed"],
  ["no value", {}, [{ op: "add", path: "/a" }], "malformed"],
  ["too many operations", {}, Array(10_001).fill({ op: "test", path: "", value: {} }), "too-large"],
  [
    "copies that grow without bound",
    { a: ["x".repeat(1000)] },
    Array(40).fill({ op: "copy", from: "/a", path: "/a/-" }),
    "not-applicable",
  ],
];

for (const [what, object, patch, code] of refused) {
  test(`JSON patch refuses ${what}`, () => {
    assert.throws(
      () => applyJsonPatch(object, patch),
      (error) => error instanceof PatchError && error.code === code,
    );
  });
}

test("a merge patch removes by null, merges objects and replaces the rest", () => {
  // RFC 7396, section 3.
  const object = { title: "Goodbye!", author: { givenName: "John", familyName: "Doe" }, tags: ["example", "sample"] };
  const patch = { title: "Hello!", phoneNumber: "+01", author: { familyName: null }, tags: ["example"] };
  assert.deepEqual(applyMergePatch(object, patch), {
    title: "Hello!",
    author: { givenName: "John" },
    tags: ["example"],
    phoneNumber: "+01",
  });
  assert.deepEqual(applyMergePatch({ a: "b" }, { a: { c: { d: null } } }), { a: { c: {} } });
});
