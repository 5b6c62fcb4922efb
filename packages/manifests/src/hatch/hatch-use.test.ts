import assert from "node:assert/strict";
import { test } from "node:test";
import { hatchUses } from "../index.ts";

test("what patches set is told by field, whatever kind of patch it is, and each once", () => {
  const merge = {
    spec: { template: { spec: { hostAliases: [{ ip: "10.0.0.1" }], containers: [{ name: "app", tty: true }] } } },
  };
  const operations = [
    { op: "test", path: "/spec/replicas", value: 2 },
    { op: "add", path: "/spec/template/spec/containers/0/tty", value: true },
    { op: "add", path: "/metadata/annotations/example.com~1team", value: "x" },
  ] as const;
  const uses = hatchUses(
    [
      { kind: "Deployment", name: undefined, change: { type: "strategic", merge } },
      { kind: "Deployment", name: "user", change: { type: "json", operations } },
    ],
    [{ kind: "ConfigMap" }, { kind: "ConfigMap" }],
  );
  assert.deepEqual(uses, [
    { what: "patch", kind: "Deployment", field: ".spec.template.spec.hostAliases[].ip" },
    { what: "patch", kind: "Deployment", field: ".spec.template.spec.containers[].tty" },
    { what: "patch", kind: "Deployment", field: ".metadata.annotations.example.com/team" },
    { what: "object", kind: "ConfigMap" },
  ]);
  assert.deepEqual(hatchUses([], []), []);
});
