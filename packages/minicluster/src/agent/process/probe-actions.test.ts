import assert from "node:assert/strict";
import { test } from "node:test";
import { performProbe } from "./probe-actions.ts";

const surroundings = { directory: process.cwd(), env: { SECRET: "s3cret\0" } };

test("a probe that cannot be carried out has failed; it never rejects, and quotes no variable", async () => {
  for (const action of [
    { kind: "exec", command: ["true\0"] },
    { kind: "exec", command: ["sh", "-c", "a\0b"] },
    { kind: "exec", command: ["true"] },
    { kind: "exec", command: [] },
    { kind: "tcp", port: 70_000 },
    { kind: "http", port: 70_000, path: "/", headers: [] },
    { kind: "http", port: 1, path: "/ \r\nX: y", headers: [] },
    { kind: "http", port: 1, path: "/", headers: [{ name: "a b", value: "\r\n" }] },
  ] as const) {
    const outcome = await performProbe(action, 1_000, surroundings);
    assert.equal(outcome.ok, false, JSON.stringify(action));
    assert.doesNotMatch(outcome.output, /s3cret/);
  }
});
