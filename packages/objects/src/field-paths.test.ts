import assert from "node:assert/strict";
import { test } from "node:test";
import { changedFields, fieldPaths, isFieldPath, isWithin, withoutField } from "./index.ts";

const deployment = {
  metadata: { annotations: { "example.com/owner": "me", plain: "x" } },
  spec: {
    replicas: 2,
    template: {
      spec: {
        containers: [
          { name: "app", image: "app:1", ports: [{ containerPort: 80, protocol: "TCP" }] },
          { name: "proxy", image: "proxy:1", args: ["--fast", "--safe"] },
        ],
        volumes: [],
      },
    },
  },
};

test("fields are named as a comparison names them", () => {
  for (const { path } of fieldPaths(deployment)) {
    const less = withoutField(deployment, path);
    // Without what names it, or one of its neighbours, an item is named by another way.
    if (/\.name$|\.containerPort$|\[\d+\]$/.test(path)) continue;
    assert.deepEqual(
      changedFields(deployment, less).map((one) => one.path),
      [path],
      path,
    );
  }
  assert.equal(fieldPaths(deployment).length, 12);
});

test("a field is taken away and the rest stays", () => {
  const image = '.spec.template.spec.containers[name="app"].image';
  assert.deepEqual(changedFields(deployment, withoutField(deployment, image)), [
    { path: image, from: "app:1", to: undefined },
  ]);
  assert.deepEqual(withoutField({ list: ["a", "b"] }, ".list[0]"), { list: ["b"] });
  assert.deepEqual(withoutField({ env: [{ name: "A" }, { name: "B" }] }, '.env[name="A"]'), { env: [{ name: "B" }] });
  assert.deepEqual(withoutField({ data: { "a.b": "1", c: "2" } }, '.data["a.b"]'), { data: { c: "2" } });
  assert.deepEqual(withoutField({ a: 1 }, ".b.c"), { a: 1 });
});

test("a text that names no field is none", () => {
  for (const text of ["", "spec.replicas", ".spec..replicas", ".spec[", ".spec replicas", "[name=]"])
    assert.equal(isFieldPath(text), false, text);
  for (const text of [".spec.replicas", '.data["a.b"]', ".ports[containerPort=80].name", ".args[0]"])
    assert.equal(isFieldPath(text), true, text);
});

test("a field lies in what holds it, not in what only begins like it", () => {
  assert.equal(isWithin(".spec.replicas", ".spec"), true);
  assert.equal(isWithin('.spec.list[name="a"]', ".spec.list"), true);
  assert.equal(isWithin(".spec.replicasMax", ".spec.replicas"), false);
});
