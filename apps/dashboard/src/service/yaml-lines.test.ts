import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { yamlLines } from "./yaml-lines.ts";

const text = (value: unknown) =>
  yamlLines(value)
    .map(
      ({ indent, dash, key, value: shown }) =>
        "  ".repeat(indent) +
        (dash ? "- " : "") +
        (key === undefined ? shown : `${key}:${shown === "" ? "" : ` ${shown}`}`),
    )
    .join("\n");

test("what is shown reads back as the same object", () => {
  const object = {
    apiVersion: "apps/v1",
    metadata: {
      name: "user-a",
      labels: { "app.kubernetes.io/name": "user", release: "7c41e08f2b16", digits: "0123", truth: "true" },
    },
    spec: {
      replicas: 2,
      paused: false,
      nothing: null,
      empty: {},
      none: [],
      args: ["--port", "8080", "a: b", "- x", "", " led", "# no comment", "two\nlines", "user@sha256:9f2c"],
      containers: [
        { name: "app", ports: [{ name: "http", containerPort: 8080 }], env: [] },
        { name: "side", command: ["sh", "-c", "echo 'hi' # there"] },
      ],
      deep: [[1, 2], ["a"]],
    },
  };
  assert.deepEqual(parse(text(object)), object);
});

test("lists stand at the column of their key, as kubectl prints them", () => {
  assert.equal(text({ ports: [{ name: "http", port: 80 }] }), "ports:\n- name: http\n  port: 80");
});
