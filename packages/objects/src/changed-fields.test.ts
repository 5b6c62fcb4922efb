import assert from "node:assert/strict";
import { test } from "node:test";
import { changedFields } from "./index.ts";

/** Each difference as one line: `path: from -> to`. */
function lines(a: unknown, b: unknown): readonly string[] {
  return changedFields(a, b).map(({ path, from, to }) => `${path}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}`);
}

const cases: readonly [name: string, a: unknown, b: unknown, expected: readonly string[]][] = [
  ["equal values", { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
  ["order of keys means nothing", { a: 1, b: 2 }, { b: 2, a: 1 }, []],
  ["undefined counts as absent", { a: undefined }, {}, []],
  ["a changed scalar", { spec: { replicas: 2 } }, { spec: { replicas: 3 } }, [".spec.replicas: 2 -> 3"]],
  ["new and gone fields", { a: 1 }, { b: { c: 2 } }, [".a: 1 -> undefined", '.b: undefined -> {"c":2}']],
  ["another type", { a: [1] }, { a: { 0: 1 } }, ['.a: [1] -> {"0":1}']],
  ["null is a value", { a: null }, { a: 0 }, [".a: null -> 0"]],
  [
    "a key that is no identifier",
    { metadata: { labels: { "fairway.dev/release": "1" } } },
    { metadata: { labels: { "fairway.dev/release": "2" } } },
    ['.metadata.labels["fairway.dev/release"]: "1" -> "2"'],
  ],
  [
    "items with names are compared by name, wherever they stand",
    {
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
    },
    {
      env: [
        { name: "B", value: "3" },
        { name: "A", value: "1" },
      ],
    },
    ['.env[name="B"].value: "2" -> "3"'],
  ],
  [
    "items without names are compared by what else tells them apart",
    {
      ports: [
        { containerPort: 80, protocol: "TCP" },
        { containerPort: 90, protocol: "TCP" },
      ],
    },
    { ports: [{ containerPort: 90, protocol: "UDP" }] },
    [
      '.ports[containerPort=80]: {"containerPort":80,"protocol":"TCP"} -> undefined',
      '.ports[containerPort=90].protocol: "TCP" -> "UDP"',
    ],
  ],
  [
    "two items with one name are compared by position",
    {
      ports: [
        { name: "x", size: 1 },
        { name: "x", size: 2 },
      ],
    },
    {
      ports: [
        { name: "x", size: 1 },
        { name: "x", size: 3 },
      ],
    },
    [".ports[1].size: 2 -> 3"],
  ],
  ["plain lists by position", ["a", "b"], ["a", "c", "d"], ['[1]: "b" -> "c"', '[2]: undefined -> "d"']],
  ["a first named item", { env: [] }, { env: [{ name: "A" }] }, ['.env[name="A"]: undefined -> {"name":"A"}']],
  ["hostile keys are plain keys", JSON.parse('{"__proto__":1}'), {}, [".__proto__: 1 -> undefined"]],
];
for (const [name, a, b, expected] of cases) {
  test(name, () => assert.deepEqual(lines(a, b), expected));
}
