import assert from "node:assert/strict";
import { test } from "node:test";
import { builtinProfile } from "@fairway/spec";
import { baseImage, canonicalJson, describeChanges, releaseName, reservedNamespace } from "./index.ts";
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
  const clusters = before.clusters.map((cluster) => ({ ...cluster, image: `${cluster.image.slice(0, -1)}1` }));
  assert.notEqual(releaseName({ ...before, clusters }, sha256), name);
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
  ["an autoscaler", `replicas = { min = 2, max = 9 }\n${base}`, ["replicas 1 -> 2 to 9"]],
  [
    "a cron, a storage, an event",
    `${base}[[crons]]\nname = "nightly"\nschedule = "@daily"\ncommand = "x"\n[[storages]]\nkind = "redis"\nname = "cache"\n[[events]]\nproduces = "user.created"\nschema = "UserCreated"\n`,
    ["storage cache added", "events", "cron nightly added"],
  ],
  [
    "migrations, metrics, an objective, secrets",
    `migrations.command = "m"\nmetrics.path = "/m"\nslo.availability = 99\nsecrets.required = ["PASSWORD"]\n${base}`,
    ["metrics", "migrations", "secrets", "slo"],
  ],
  ["public hosts", `public.host = "user.example.com"\n${base}`, ["public host user.example.com added"]],
  [
    "the strategy",
    `deploy = { strategy = "blue-green", timeout = "5m" }\n${base}`,
    ["strategy rolling -> blue-green", "deploy timeout none -> 300"],
  ],
  [
    "resources",
    `resources = { cpu = "2", memory = "1Gi", netutil = 5, limits = { cpu = 2 } }\n${base}`,
    ["cpu none -> 2", "memory none -> 1Gi", "netutil none -> 5", "cpu limit factor none -> 2"],
  ],
  ["staggered memory", `replicas = 3\nmemory.stagger = 3\n${base}`, ["replicas 1 -> 3", "memory stagger none -> 3"]],
  [
    "words for people",
    `oncall = "#user"\nlinks = [{ title = "x", url = "https://example.com" }]\n${base}`,
    ["oncall", "links"],
  ],
  ["what a dependency is", base.replace('"bus"', '"bus"\nexternal = "https://bus.example.com"'), ["dependency bus"]],
  [
    "patches",
    `${base}[[kubernetes.patches]]\nkind = "Deployment"\nmerge.spec.template.metadata.annotations = { token = "secret" }\n`,
    ["patches of Kubernetes objects"],
  ],
];
for (const [name, appToml, words] of changes) {
  test(`changes in words: ${name}`, () => assert.deepEqual(describeChanges(before, inputsOf(appToml, "prod")), words));
}

test("changes in words: image, clusters, profile, and what is not known", () => {
  const [alpha] = before.clusters;
  assert.ok(alpha);
  const after = {
    ...before,
    clusters: [
      {
        ...alpha,
        profile: { ...alpha.profile, limitFactors: { cpu: 1, memory: 1 } },
        addressTemplate: "http://{service}",
        image: "other",
      },
    ],
    future: { field: 1 },
  };
  assert.deepEqual(describeChanges(before, after), [
    "addresses in cluster alpha",
    "image",
    "platform profile",
    "cluster beta removed",
    "future",
  ]);
  assert.deepEqual(describeChanges(undefined, after), []);
  const built = (digest: string) => {
    const image = `registry.example.com/user@sha256:${digest.repeat(64)}`;
    return { ...before, clusters: before.clusters.map((cluster) => ({ ...cluster, image })) };
  };
  assert.deepEqual(describeChanges(built("a"), built("b")), ["image aaaaaa -> bbbbbb"]);
});

test("changes in words: the objects that a team brings, and fields that older versions did not know", () => {
  const object = (name: string, data = {}) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data });
  const [from, to] = [
    { ...before, extras: [object("gone"), object("same"), object("changed")] },
    { ...before, extras: [object("new"), object("same"), object("changed", { a: "1" })] },
  ];
  assert.deepEqual(describeChanges(from, to), [
    "object ConfigMap/gone removed",
    "object ConfigMap/changed",
    "object ConfigMap/new added",
  ]);
  const { extras, namespaces, namespace, spec, ...older } = before;
  const { crons, public: hosts, deploy, resources, memory, kubernetes, secrets, links, ...olderSpec } = spec;
  assert.deepEqual(describeChanges({ ...older, spec: olderSpec }, before), []);
});

test("changes in words: a ready image that moved, another one, a base that moved, from what older versions stored", () => {
  const ready = inputsOf('name = "user"\nbuild.image = "registry.example.com/app:1.2"', "prod");
  const at = (digest: string, asked = "registry.example.com/app:1.2") => {
    const reference = `registry.example.com/app@sha256:${digest.repeat(64)}`;
    const clusters = ready.clusters.map((cluster) => ({ ...cluster, image: reference }));
    return { ...ready, clusters, ready: { asked, reference } };
  };
  assert.deepEqual(describeChanges(at("a"), at("b")), [
    "image registry.example.com/app:1.2 moved, sha256:aaaaaaaaaaaa -> sha256:bbbbbbbbbbbb",
  ]);
  assert.deepEqual(describeChanges(at("a"), at("b", "registry.example.com/app:2")), [
    "image registry.example.com/app:1.2 -> registry.example.com/app:2",
  ]);
  assert.deepEqual(describeChanges(at("a"), at("a")), []);
  const moved = {
    asked: "docker.io/library/node:24-slim",
    reference: `docker.io/library/node@sha256:${"1".repeat(64)}`,
  };
  assert.deepEqual(describeChanges(before, { ...before, base: moved }), [
    "base image docker.io/library/node:24-slim moved, sha256:000000000000 -> sha256:111111111111",
  ]);
  const { clusters, base, ...older } = before;
  assert.ok(base);
  const withImage = { ...older, image: "old", clusters: clusters.map(({ image, pullSecret, ...cluster }) => cluster) };
  assert.deepEqual(describeChanges(withImage, before), ["image", "pull credentials in cluster beta"]);
});

test("the image below a service's own: app.toml, then the registry, then the profile", () => {
  const of = (appToml: string, registry = {}) =>
    baseImage(inputsOf(`name = "user"\n${appToml}`, "prod").spec, registry, builtinProfile);
  assert.equal(of(""), "docker.io/library/node:24-slim");
  assert.equal(of('engine.version = "22"'), "docker.io/library/node:22-slim");
  assert.equal(of('engine.name = "golang"'), "gcr.io/distroless/static-debian12:nonroot");
  const registry = { node: "registry.example.com/base/node:{version}" };
  assert.equal(of("", registry), "registry.example.com/base/node:24");
  assert.equal(of('build.base = "mine:1"', registry), "mine:1");
  assert.equal(of('build.image = "ready:1"', registry), undefined);
});

test("names of services that would take a namespace of others", () => {
  const reserved = ["default", "kube-system", "kube-public", "fairway", "fairway-edge", "istio-system", "openshift-x"];
  assert.deepEqual(
    reserved.filter((name) => !reservedNamespace(name)),
    [],
  );
  assert.deepEqual(["user", "kubernetics", "system", "far-away"].filter(reservedNamespace), []);
});
