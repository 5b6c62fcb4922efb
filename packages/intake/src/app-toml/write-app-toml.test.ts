import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
import type { Settings } from "./settings.ts";
import { writeAppToml } from "./write-app-toml.ts";

test("fields in the usual order, a section for each table, patches by dotted keys, comments above", () => {
  const settings: Settings = {
    env: { LOG_LEVEL: "info", "odd.key": "a\nb\n" },
    replicas: { min: 2, max: 5 },
    name: "shop",
    health: { ready: { path: "/ready", period: 5 } },
    links: [{ title: "Runbook", url: "https://wiki/x" }],
    dependencies: [{ name: "users" }, { name: "pay", timeout: "500ms" }],
    kubernetes: { patches: [{ kind: "Deployment", merge: { spec: { paused: true, template: { a: 1, b: ["x"] } } } }] },
    envs: { prod: { replicas: 70, env: { LOG_LEVEL: "warn" } } },
  };
  const comments = new Map([
    ["", ["from here"]],
    ["env.LOG_LEVEL", ["chatty\nline"]],
    ["dependencies[1]", ["slow"]],
  ]);
  assert.equal(
    writeAppToml(settings, { comments }),
    `# from here

name = "shop"
links = [{ title = "Runbook", url = "https://wiki/x" }]
replicas = { min = 2, max = 5 }

[health]
ready = { path = "/ready", period = 5 }

[[dependencies]]
name = "users"

# slow
[[dependencies]]
name = "pay"
timeout = "500ms"

[env]
# chatty line
LOG_LEVEL = "info"
"odd.key" = '''
a
b
'''

[[kubernetes.patches]]
kind = "Deployment"
merge.spec.paused = true
merge.spec.template.a = 1
merge.spec.template.b = ["x"]

[envs.prod]
replicas = 70

[envs.prod.env]
LOG_LEVEL = "warn"
`,
  );
});

const value: fc.Arbitrary<Settings> = fc.letrec<{ value: Settings[string]; table: Settings }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: "binary" }),
    fc.integer(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("table"),
  ),
  table: fc.dictionary(
    fc
      .oneof(fc.constantFrom("env", "kubernetes", "patches", "merge", "envs", "links"), fc.string({ minLength: 1 }))
      .filter((key) => key !== "__proto__"),
    tie("value"),
    { maxKeys: 4 },
  ),
})).table;

test("whatever is written is read again as it was", () => {
  fc.assert(
    fc.property(value, (settings) => {
      const text = writeAppToml(settings);
      assert.deepEqual(getStaticTOMLValue(parseTOML(text)), JSON.parse(JSON.stringify(settings)));
    }),
  );
});
