import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { appToml, ended, release, rollOut, upload } from "./testing/deploying.ts";
import { startTestServer, type TestServer } from "./testing/test-server.ts";

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

test("a first deploy, a second one, a rollback, a removal", async () => {
  const first = await server.client.createRelease({
    body: { appToml: appToml("hello"), snapshot: await upload(server.client, "// one") },
  });
  assert.equal(first.previous, undefined);
  const done = await rollOut(server.client, "hello", first.release.name);
  assert.equal(done.status, "succeeded");
  assert.deepEqual(
    done.clusters.map(({ name, desired, ready, converged }) => ({ name, desired, ready, converged })),
    ["alpha", "beta"].map((name) => ({ name, desired: 2, ready: 2, converged: true })),
  );

  const second = await server.client.createRelease({
    body: { appToml: appToml("hello", '[env]\nGREETING = "hi"\n'), snapshot: await upload(server.client, "// two") },
  });
  assert.equal(second.previous, first.release.name);
  assert.match(second.changes.toSorted().join(), /^env GREETING added,image [0-9a-f]{6} -> [0-9a-f]{6}$/);
  assert.equal((await rollOut(server.client, "hello", second.release.name)).status, "succeeded");

  const service = await server.client.getService({ params: { service: "hello" } });
  assert.equal(service.release, second.release.name);
  assert.equal(service.health, "healthy");
  assert.equal(service.url, "http://hello.localhost:7080");
  assert.equal(service.env["GREETING"], "hi");
  assert.equal(service.pods.length, 4);
  assert.deepEqual(
    service.clusters.map(({ cluster, trafficShare, ready }) => [cluster, trafficShare, ready]),
    [
      ["alpha", 0.5, 2],
      ["beta", 0.5, 2],
    ],
  );

  const routes = await server.client.edgeRoutes();
  assert.deepEqual(
    routes.hosts.map(({ host, backends }) => [host, backends.map(({ address }) => address)]),
    [["hello.localhost", ["127.0.0.1:20000", "127.0.0.1:20001"]]],
  );
  await assert.rejects(server.client.edgeRoutes({ unlessVersion: routes.version }), { code: "not-modified" });

  const lines = [];
  for await (const { data } of server.client.serviceLogs({ params: { service: "hello" } })) lines.push(data);
  assert.equal(lines.length, 8);
  assert.deepEqual([lines[0]?.text.slice(0, 5), lines[7]?.text.slice(0, 3)], ["hello", "bye"]);

  assert.equal(
    (await rollOut(server.client, "hello", second.release.name)).status,
    "succeeded",
    "once more, for its own sake",
  );
  const back = await rollOut(server.client, "hello", "previous");
  assert.equal(back.status, "succeeded");
  assert.equal(back.to, first.release.name);

  const removal = await server.client.removeService({ params: { service: "hello" }, query: {} });
  assert.equal((await ended(server.client, removal.number)).status, "succeeded");
  assert.deepEqual((await server.client.listServices()).items, []);
  const kinds = (await server.client.listRollouts()).items.map(({ kind, status }) => [kind, status]);
  assert.deepEqual(kinds, [
    ["removal", "succeeded"],
    ["deploy", "succeeded"],
    ["deploy", "succeeded"],
    ["deploy", "succeeded"],
    ["deploy", "succeeded"],
  ]);
});

test("a release that crashes fails the rollout with its cause; the old one serves on; the server may restart meanwhile", async () => {
  const good = await server.client.createRelease({
    body: { appToml: appToml("shaky"), snapshot: await upload(server.client, "// good") },
  });
  await rollOut(server.client, "shaky", good.release.name);
  const bad = await server.client.createRelease({
    body: { appToml: appToml("shaky"), snapshot: await upload(server.client, "// bad") },
  });
  server.clusters.beta.script(bad.release.name, { kind: "crash", exitCode: 3, log: "boom: no DATABASE_URL" });
  const { number } = await server.client.createRollout({
    body: { service: "shaky", release: bad.release.name.slice(0, 6), idempotencyKey: randomUUID() },
  });
  server = await server.restart();
  const failed = await ended(server.client, number);
  assert.equal(failed.status, "failed");
  const [cause] = failed.causes;
  assert.deepEqual([cause?.code, cause?.cluster, cause?.exitCode], ["CrashLoop", "beta", 3]);
  assert.ok(cause?.lastLog?.some((line) => line.includes("boom: no DATABASE_URL")));
  const service = await server.client.getService({ params: { service: "shaky" } });
  assert.equal(service.release, good.release.name);
  assert.deepEqual(
    service.clusters.map(({ release }) => release),
    [good.release.name, good.release.name],
  );
});

test("a dependency that nobody has deployed yet is told, and gets an address", async () => {
  const created = await server.client.createRelease({
    body: {
      appToml: `${appToml("caller")}\n[[dependencies]]\nname = "later"\n`,
      snapshot: await upload(server.client, "// caller"),
    },
  });
  assert.deepEqual(created.changes, ["dependency later is not deployed yet"]);
  await rollOut(server.client, "caller", created.release.name);
  const service = await server.client.getService({ params: { service: "caller" } });
  assert.deepEqual(service.dependencies, [{ name: "later", known: false }]);
  assert.match(service.env["SERVICE_LATER_URL"] ?? "", /^http:\/\/127\.0\.0\.1:21\d\d\d$/);
});

test("the same key gives the same rollout, also to the next process; another one while it goes on is refused", async () => {
  const { name } = await release(server.client, "twice", "// twice");
  server.clusters.alpha.script(name, { kind: "ready", after: 3_000 });
  const body = { service: "twice", release: name, idempotencyKey: randomUUID() };
  const create = async (more: Partial<typeof body> = {}) =>
    (await server.client.createRollout({ body: { ...body, ...more } })).number;
  const [number, again] = await Promise.all([create(), create()]);
  assert.equal(again, number);
  server = await server.restart();
  assert.equal(await create(), number);
  assert.equal((await server.client.getRollout({ params: { number } })).endedAt, undefined, "it is still under way");
  await assert.rejects(create({ idempotencyKey: randomUUID() }), { code: "rollout-active", status: 409 });
  assert.equal((await ended(server.client, number)).status, "succeeded");
  assert.equal(await create(), number);
  await assert.rejects(create({ service: "hello" }), { code: "idempotency-key-used", status: 409 });
});

test("a rollout that is over is told entry by entry, each with how it was then", async () => {
  const { name } = await release(server.client, "replayed", "// one");
  const { number } = await rollOut(server.client, "replayed", name);
  const { items } = await server.client.listRolloutEntries({ params: { number } });
  assert.deepEqual(
    items.map(({ sequence }) => sequence),
    items.map((_, index) => index + 1),
  );
  const decided = items.find(({ type }) => type === "committed");
  assert.equal(decided?.words, "decided: the new release everywhere");
  const then = await server.client.getRollout({ params: { number }, query: { until: decided.sequence } });
  assert.deepEqual([then.status, then.phase, then.sequence], ["running", "balancing", decided.sequence]);
  const queued = await server.client.getRollout({ params: { number }, query: { until: 0 } });
  assert.deepEqual([queued.status, queued.waitsFor], ["queued", "waits for its turn"]);
  await assert.rejects(server.client.listRolloutEntries({ params: { number: 9_999 } }), { status: 404 });
});

test("pages that are open hear what changed, also what they missed", async () => {
  const abort = new AbortController();
  const heard = new Set<string>();
  let id: string | undefined;
  const { release } = await server.client.createRelease({
    body: { appToml: appToml("live"), snapshot: await upload(server.client, "// live") },
  });
  const listening = (async () => {
    for await (const event of server.client.events({ signal: abort.signal })) {
      id = event.id;
      heard.add(`${event.data.kind} ${event.data.id}`);
      if (heard.has("service live")) return;
    }
  })();
  const { number } = await server.client.createRollout({
    body: { service: "live", release: release.name, idempotencyKey: randomUUID() },
  });
  await listening;
  assert.ok(heard.has(`rollout ${number}`) || heard.has("service live"));
  await ended(server.client, number);
  const missed = server.client.events({ signal: abort.signal, lastEventId: id })[Symbol.asyncIterator]();
  assert.equal((await missed.next()).done, false);
  const unknown = server.client.events({ signal: abort.signal, lastEventId: "0000-1" })[Symbol.asyncIterator]();
  assert.equal((await unknown.next()).value?.data.kind, "cluster");
  abort.abort();
});
