import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { PreviewEvent } from "@fairway/api";
import { ApiProblem } from "@fairway/api";
import { appToml, ended, eventually, release, rollOut, upload } from "./testing/deploying.ts";
import { startTestServer, type TestServer } from "./testing/test-server.ts";

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

async function set(text: string): Promise<number> {
  const { version } = await server.client.getProfile();
  return (await server.client.putProfile({ body: { text, after: version } })).version;
}

async function problem(call: Promise<unknown>): Promise<ApiProblem> {
  const error = await call.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  assert.ok(error instanceof ApiProblem, String(error));
  return error;
}

async function deploy(name: string, text = appToml(name)): Promise<string> {
  const snapshot = await upload(server.client, `// ${name}`);
  const { release } = await server.client.createRelease({ body: { appToml: text, snapshot } });
  assert.equal((await rollOut(server.client, name, release.name)).status, "succeeded");
  return release.name;
}

async function preview(text?: string): Promise<readonly PreviewEvent[]> {
  const found: PreviewEvent[] = [];
  for await (const { data } of server.client.previewProfile({ body: text === undefined ? {} : { text } }))
    found.push(data);
  return found;
}

test("the built-in profile holds until somebody sets another; versions are kept", async () => {
  const builtin = await server.client.getProfile();
  assert.equal(builtin.version, 0);
  assert.match(builtin.text, /^namespace = "\{service\}"$/m);
  assert.equal(await set('[labels]\nteam = "{owner}"\n'), 1);
  const late = await problem(server.client.putProfile({ body: { text: "", after: 0 } }));
  assert.deepEqual([late.code, late.status], ["profile-changed", 409]);
  assert.match(late.detail ?? "", /version 1 holds, by admin; this one was made from version 0/);
  const broken = await problem(server.client.putProfile({ body: { text: "\nquotas = 1", after: 1 } }));
  assert.equal(broken.code, "profile-not-valid");
  assert.deepEqual(
    broken.issues.map(({ line, column, hint }) => [line, column, hint]),
    [[2, 1, 'did you mean "quota"?']],
  );
  assert.equal(await set(builtin.text), 2);
  const { items } = await server.client.listProfileVersions();
  assert.deepEqual(
    items.map(({ version, actor }) => [version, actor]),
    [
      [2, "admin"],
      [1, "admin"],
    ],
  );
  assert.match((await server.client.getProfileVersion({ params: { version: 1 } })).text, /team/);
  assert.equal((await problem(server.client.getProfileVersion({ params: { version: 9 } }))).code, "not-found");
});

test("a pattern of namespaces can be set while nothing runs; services are found where they live", async () => {
  const early = await release(server.client, "shop", "// early");
  await set('namespace = "{service}-{environment}"');
  await deploy("shop");
  const elsewhere = await problem(rollOut(server.client, "shop", early.name));
  assert.deepEqual([elsewhere.code, elsewhere.status], ["release-not-available", 409]);
  assert.match(elsewhere.title, /lives in the namespace shop, and shop runs in shop-prod/);
  const service = await server.client.getService({ params: { service: "shop" } });
  assert.equal(service.namespace, "shop-prod");
  assert.equal(service.health, "healthy");
  assert.equal(service.pods.length, 4);
  const lines = [];
  for await (const { data } of server.client.serviceLogs({ params: { service: "shop" } })) lines.push(data);
  assert.equal(lines.length, 8);
  const { items } = await server.client.listServiceObjects({ params: { service: "shop" } });
  assert.ok(items.some(({ object }) => object["kind"] === "Deployment"));

  const moved = await problem(server.client.putProfile({ body: { text: "", after: 3 } }));
  assert.deepEqual([moved.code, moved.status], ["profile-namespace-in-use", 409]);
  assert.match(moved.detail ?? "", /for one by \{service\}: shop/);
  assert.equal((await problem(preview(""))).code, "profile-namespace-in-use");

  const removal = await server.client.removeService({ params: { service: "shop" }, query: {} });
  await ended(server.client, removal.number);
  await eventually(
    () => server.client.listServices(),
    ({ items: left }) => left.length === 0,
  );
  await set("");
});

test("releases are made with the profile that holds, and say with which; its rules refuse in the owner's words", async () => {
  const version = await set(`
[sizes.small]
cpu = "50m"
[clusters.beta.sizes.small]
cpu = "60m"
[public]
domains = ["example.com"]
[[rules]]
name = "two-replicas"
environments = ["prod"]
field = "replicas"
min = 2
message = "in prod we want two of everything: one may fail"
`);
  await deploy("user");
  const { items } = await server.client.listServiceObjects({ params: { service: "user" } });
  const cpu = items
    .filter(({ object }) => object["kind"] === "Deployment")
    .map(({ cluster, object }) => [cluster, /"requests":\{[^}]*"cpu":"(\w+)"/.exec(JSON.stringify(object))?.[1]]);
  assert.deepEqual(cpu.toSorted(), [
    ["alpha", "50m"],
    ["beta", "60m"],
  ]);
  const releases = await server.client.listReleases({ params: { service: "user" } });
  assert.equal(releases.items[0]?.profile, String(version));

  const snapshot = await upload(server.client, "// refused");
  const text = 'name = "lonely"\nreplicas = 1\n[public]\nhost = "shop.example.org"\n';
  for (const call of [
    () => server.client.createRelease({ body: { appToml: text, snapshot } }),
    () => server.client.diff({ body: { appToml: text } }),
    () => server.client.render({ body: { appToml: text } }),
  ]) {
    const refused = await problem(call());
    assert.deepEqual([refused.code, refused.status], ["rules-broken", 422]);
    assert.deepEqual(
      refused.issues.map(({ line, column, message }) => `${line}:${column} ${message}`),
      [
        "2:12 in prod we want two of everything: one may fail (rule two-replicas)",
        '4:8 public hosts may not be "shop.example.org"',
      ],
    );
  }
  assert.deepEqual(
    (await server.client.listServices()).items.map(({ name }) => name),
    ["user"],
  );
});

test("what another service has, and what cannot be delivered yet, is refused with its place", async () => {
  await set("");
  const at = (name: string, path: string) =>
    `name = "${name}"\n[engine]\nname = "node"\n[[public]]\nhost = "shop.example.com"\npath = "${path}"\n`;
  await deploy("first", at("first", "/a"));
  const snapshot = await upload(server.client, "// second");
  const taken = await problem(server.client.createRelease({ body: { appToml: at("second", "/a"), snapshot } }));
  assert.equal(taken.code, "address-taken");
  assert.deepEqual(
    taken.issues.map(({ line, message }) => `${line} ${message}`),
    ["5 shop.example.com/a belongs to the service first"],
  );
  await server.client.createRelease({ body: { appToml: at("second", "/b"), snapshot } });
  await deploy("first", at("first", "/a"));

  const storage = 'name = "third"\n[[storages]]\nkind = "redis"\nname = "cache"\n';
  const early = await problem(server.client.createRelease({ body: { appToml: storage, snapshot } }));
  assert.equal(early.code, "not-deliverable-yet");
  assert.equal(early.issues[0]?.line, 2);

  const files = { "odd.yaml": "kind: Nothing\n" };
  const odd = await problem(
    server.client.createRelease({ body: { appToml: appToml("fourth"), kubernetes: files, snapshot } }),
  );
  assert.equal(odd.code, "kubernetes-files-not-valid");
  assert.equal(odd.issues[0]?.file, "kubernetes/odd.yaml");

  await set('[kubernetes]\nobjects = ["ConfigMap"]\npatches = []\n');
  const quota = { "quota.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: other\n" };
  const patch = '[[kubernetes.patches]]\nkind = "Service"\nmerge = { spec = { type = "NodePort" } }\n';
  const text = `${appToml("fourth")}${patch}`;
  const hatch = await problem(server.client.createRelease({ body: { appToml: text, kubernetes: quota, snapshot } }));
  assert.equal(hatch.code, "kubernetes-not-allowed");
  assert.deepEqual(
    hatch.issues.map(({ code, file, line }) => [code, file, line]),
    [
      ["patch-not-allowed", "app.toml", 10],
      ["object-not-allowed", "kubernetes/quota.yaml", 2],
    ],
  );
});

test("a preview says what would change for which service, and who could not be released any more", async () => {
  await set("");
  await deploy("user");
  await deploy("first", 'name = "first"\nreplicas = 1\n');
  const now = await preview();
  assert.deepEqual(now.at(-1), {
    ...{ type: "end", services: 2, unchanged: 2, changed: 0, refused: 0, unknown: 0, restarting: 0 },
  });
  const found = await preview(`
[clusters.alpha.limits]
cpu = 8
[[rules]]
name = "two-replicas"
field = "replicas"
min = 2
message = "two of everything"
`);
  const services = found.filter((event) => event.type === "service");
  const [first, user] = services;
  assert.deepEqual([first?.service, first?.outcome], ["first", "refused"]);
  assert.match(first?.reason ?? "", /two of everything \(rule two-replicas\)/);
  assert.equal(first?.issues?.[0]?.line, 2);
  assert.deepEqual([user?.service, user?.outcome, user?.restarts], ["user", "changed", ["alpha"]]);
  assert.ok(
    user?.changes.some(
      ({ change, clusters }) => change === "Deployment limits.cpu 400m -> 800m" && clusters[0] === "alpha",
    ),
    JSON.stringify(user?.changes),
  );
  assert.deepEqual(found.at(-1), {
    ...{ type: "end", services: 2, unchanged: 0, changed: 1, refused: 1, unknown: 0, restarting: 1 },
  });
  assert.equal((await server.client.getProfile()).text, "", "nothing was changed");
});

test("what services bring past the fields of app.toml is counted, most used first", async () => {
  const patch = `[[kubernetes.patches]]\nkind = "Deployment"\nmerge = { spec = { revisionHistoryLimit = 4 } }\n`;
  await deploy("patched-one", `${appToml("patched-one")}\n${patch}`);
  await deploy("patched-two", `${appToml("patched-two")}\n${patch}`);
  const snapshot = await upload(server.client, "// brings");
  const kubernetes = { "rules.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: rules\n" };
  const brings = { appToml: appToml("brings"), snapshot, kubernetes };
  const { release } = await server.client.createRelease({ body: brings });
  assert.equal((await rollOut(server.client, "brings", release.name)).status, "succeeded");
  assert.deepEqual((await server.client.listEscapeHatches({ query: {} })).items, [
    {
      what: "patch",
      kind: "Deployment",
      field: ".spec.revisionHistoryLimit",
      services: ["patched-one", "patched-two"],
    },
    { what: "object", kind: "ConfigMap", services: ["brings"] },
  ]);
});
