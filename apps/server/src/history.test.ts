import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { appToml, rollOut, upload } from "./testing/deploying.ts";
import { startTestServer, type TestServer } from "./testing/test-server.ts";

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

const commit = {
  hash: "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
  subject: "Greets in Dutch",
  committedAt: new Date(Date.now() - 600_000).toISOString(),
  dirty: false,
};

async function deployed(service: string, content: string, of: typeof commit | undefined) {
  const snapshot = await upload(server.client, content);
  const body = { appToml: appToml(service), snapshot, ...(of === undefined ? {} : { commit: of }) };
  return rollOut(server.client, service, (await server.client.createRelease({ body })).release.name);
}

test("a rollout says its commit, and how long that took to run; a service the median", async () => {
  const { leadTime = 0, commit: told } = await deployed("lead", "// one", commit);
  assert.deepEqual(told, commit);
  assert.ok(leadTime >= 600_000 && leadTime < 660_000, String(leadTime));
  await deployed("lead", "// two", undefined);
  const seen = await server.client.getService({ params: { service: "lead" } });
  assert.deepEqual(
    seen.rollouts.map((one) => one.commit?.hash),
    [undefined, commit.hash],
  );
  assert.ok(Math.abs((seen.leadTime ?? 0) - leadTime) < 1_000);
});

test("what was not committed has no lead time, until the same content is deployed from a clean folder", async () => {
  const dirty = await deployed("tried", "// tried", { ...commit, dirty: true });
  assert.deepEqual([dirty.commit?.dirty, dirty.leadTime], [true, undefined]);
  const clean = await deployed("tried", "// tried", commit);
  assert.deepEqual([clean.to, clean.commit?.dirty], [dirty.to, false]);
  assert.ok(clean.leadTime);
});

test("the audit has every command, refused ones too; by service, by page", async () => {
  const { to } = await deployed("noted", "// noted", undefined);
  await assert.rejects(server.client.removeService({ params: { service: "absent" }, query: {} }));
  const { items } = await server.client.listAudit({ query: { about: "noted" } });
  assert.deepEqual(
    items.map(({ command, target, outcome }) => `${command} ${target} ${outcome}`),
    [`createRollout noted ${to} accepted`, `createRelease noted prod ${to} accepted`],
  );
  const refused = await server.client.listAudit({ query: { outcome: "refused" } });
  assert.deepEqual(
    refused.items.map(({ command, target, detail }) => [command, target, detail]),
    [["removeService", "absent", "not-found"]],
  );
  const all = await server.client.listAudit({ query: { actor: "admin" } });
  const [first] = all.items;
  assert.ok(first);
  const page = await server.client.listAudit({ query: { actor: "admin", before: first.id, limit: 1 } });
  assert.deepEqual(page.items, all.items.slice(1, 2));
});

test("the audit says of a release that is refused which service and environment it was for", async () => {
  const create = (text: string, snapshot = `sha256:${"0".repeat(64)}`) =>
    server.client.createRelease({ body: { appToml: text, snapshot } });
  await assert.rejects(create("replicas = "));
  await assert.rejects(create(appToml("unsent")));
  const { items } = await server.client.listAudit({ query: { about: "prod", outcome: "refused" } });
  assert.deepEqual(
    items.map(({ target, detail }) => [target, detail]),
    [
      ["unsent prod", "snapshot-unknown"],
      ["prod", "app-toml-not-valid"],
    ],
  );
});

test("a rollout says how long its phases took, in lists too, and which fields of objects it changes", async () => {
  await deployed("timed", "// one", undefined);
  const second = await deployed("timed", "// two", undefined);
  const phases = second.durations?.map(({ phase }) => phase) ?? [];
  for (const phase of ["prepare", "init", "app", "cleanup"] as const) assert.ok(phases.includes(phase), phase);
  assert.ok(second.durations?.every(({ took }) => took >= 0));
  const { items } = await server.client.listRollouts({ query: { service: "timed" } });
  assert.deepEqual(
    items.map((one) => one.durations?.map(({ phase }) => phase)),
    [phases, phases],
  );
  assert.match(second.changes.join(), /^image [0-9a-f]{6} -> [0-9a-f]{6}$/);
  const [image] = second.objectChanges;
  assert.match(image?.change ?? "", /^Deployment image .*@sha256:[0-9a-f]{12} -> .*@sha256:[0-9a-f]{12}$/);
  assert.deepEqual(image?.clusters, ["alpha", "beta"]);
});
