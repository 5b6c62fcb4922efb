import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, describeChanges, releaseName, reservedNamespace } from "./index.ts";
import { inputsOf, sha256 } from "./render/testing/inputs.ts";

const base = `name = "user"\nowner = "a"\n[[dependencies]]\nname = "bus"\n[env]\nLOG_LEVEL = "info"\nTOKEN = "1"\n`;
const before = inputsOf(base, "prod");

test("equal values have equal JSON, whatever the order of their keys", () => {
  assert.equal(canonicalJson({ b: [1, { d: null, c: "é\n" }], a: undefined }), '{"b":[1,{"c":"é\\n","d":null}]}');
  assert.throws(() => canonicalJson({ a: Number.NaN }), TypeError);
  assert.throws(() => canonicalJson(1n), TypeError);
});

test("a release is named by what it is made of", () => {
  const name = releaseName(before, sha256);
  assert.match(name, /^[0-9a-f]{12}$/);
  assert.equal(releaseName({ ...before, clusters: before.clusters.toReversed() }, sha256), name);
  assert.equal(releaseName(JSON.parse(JSON.stringify(before)), sha256), name);
  assert.notEqual(releaseName({ ...before, image: `${before.image.slice(0, -1)}1` }, sha256), name);
  assert.notEqual(releaseName(inputsOf(base.replace("info", "debug"), "prod"), sha256), name);
});

const changes: readonly [name: string, appToml: string, words: readonly string[]][] = [
  ["nothing", base, []],
  [
    "a variable changed, one removed, one added",
    base.replace("info", "debug").replace("TOKEN", "KEY"),
    ["env LOG_LEVEL", "env TOKEN removed", "env KEY added"],
  ],
  ["replicas", `replicas = 3\n${base}`, ["replicas 1 -> 3"]],
  [
    "size and version",
    `engine = { size = "large", version = "24" }\n${base}`,
    ["engine version none -> 24", "size small -> large"],
  ],
  ["the command, told once", `run.command = "node a.js b"\n${base}`, ["command"]],
  ["port and grace", `run = { port = 9000, grace = 5 }\n${base}`, ["port 8080 -> 9000", "grace 30 -> 5"]],
  ["a check", `health.ready = "/ready"\n${base}`, ["health ready"]],
  ["another dependency", base.replace('"bus"', '"log"'), ["dependency bus removed", "dependency log added"]],
  ["a dependency's limits", base.replace('"bus"', '"bus"\ntimeout = 5\nretries = 1'), ["dependency bus"]],
  ["owner and description", `description = "x"\n${base.replace('"a"', '"b"')}`, ["description", "owner a -> b"]],
];
for (const [name, appToml, words] of changes) {
  test(`changes in words: ${name}`, () => assert.deepEqual(describeChanges(before, inputsOf(appToml, "prod")), words));
}

test("changes in words: image, clusters, profile, and what is not known", () => {
  const [alpha] = before.clusters;
  const after = {
    ...before,
    image: "other",
    profile: { ...before.profile, version: "2", limitFactors: { cpu: 1, memory: 1 } },
    clusters: [{ name: "alpha", addressTemplate: "http://{service}" }],
    future: { field: 1 },
  };
  assert.ok(alpha);
  assert.deepEqual(describeChanges(before, after), [
    "platform profile",
    "image",
    "addresses in cluster alpha",
    "cluster beta removed",
    "future",
  ]);
  assert.deepEqual(describeChanges(undefined, after), []);
});

test("names of services that would take a namespace of others", () => {
  const reserved = ["default", "kube-system", "kube-public", "fairway", "fairway-edge", "istio-system", "openshift-x"];
  assert.deepEqual(
    reserved.filter((name) => !reservedNamespace(name)),
    [],
  );
  assert.deepEqual(["user", "kubernetics", "system", "far-away"].filter(reservedNamespace), []);
});
