import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { FleetDetail } from "@fairway/api";
import { isDeployment, isPod } from "@fairway/objects";
import { openStore } from "@fairway/store";
import { appToml, ended, eventually, release, rollOut, upload } from "./testing/deploying.ts";
import { fakeImages } from "./testing/fake-images.ts";
import { registerGamma, startTestServer, type TestServer } from "./testing/test-server.ts";

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer({ images: fakeImages() });
});
afterEach(() => server.stop());

async function deploy(service: string, content = service): Promise<string> {
  const { name } = await release(server.client, service, `// ${content}`);
  assert.equal((await rollOut(server.client, service, name)).status, "succeeded");
  return name;
}

/** What registered clusters of `prod` need. */
async function registry(): Promise<void> {
  const auth = Buffer.from("me:secret").toString("base64");
  const dockerConfig = JSON.stringify({ auths: { "registry.example.com": { auth } } });
  const body = { environment: "prod", prefix: "registry.example.com/team", dockerConfig };
  await server.client.putRegistry({ params: { registry: "main" }, body });
}

async function over(number: number | undefined): Promise<FleetDetail> {
  assert.ok(number !== undefined, "no fleet rollout");
  let last: FleetDetail | undefined;
  for await (const { data } of server.client.followFleet({ params: { number } })) last = data;
  assert.ok(last);
  return last;
}

/** Adds the third cluster, and waits until everything is there. */
async function addGamma(): Promise<FleetDetail> {
  await registry();
  const fleet = await over(await registerGamma(server, "prod"));
  assert.equal(fleet.status, "done", JSON.stringify(fleet));
  return fleet;
}

const states = ({ services }: FleetDetail) => services.map(({ service, state }) => `${service} ${state}`);
const remove = (query: { force?: "true" } = {}) => server.client.removeCluster({ params: { cluster: "gamma" }, query });
const names = async () => (await server.client.listClusters()).items.map(({ name }) => name);
const inGamma = (service: string) => server.gamma.objects(service).filter(isDeployment);
const gone = () => eventually(names, (all) => !all.includes("gamma"));
const kinds = async (count: number) =>
  (await server.client.listRollouts()).items
    .slice(0, count)
    .map(({ service, kind }) => `${service} ${kind}`)
    .toSorted();

test("services come to a cluster that is added, each by a rollout of its own, and pods elsewhere stay as they are", async () => {
  for (const service of ["one", "two"]) await deploy(service);
  const podsOf = () =>
    server.clusters.alpha
      .objects("one")
      .filter(isPod)
      .map(({ metadata }) => metadata.uid);
  const before = podsOf();
  const done = await addGamma();
  assert.deepEqual([done.kind, done.cluster, done.status], ["cluster-added", "gamma", "done"]);
  assert.deepEqual(states(done), ["one done", "two done"]);
  assert.deepEqual(await kinds(2), ["one membership", "two membership"]);
  // Embedded clusters unpack snapshots; this one has an image, which was made and pushed for it.
  const image = inGamma("one")[0]?.spec?.template.spec?.containers[0]?.image ?? "";
  assert.match(image, /^registry\.example\.com\/team\/one@sha256:/);
  assert.deepEqual(podsOf(), before);
  const { clusters } = await server.client.getService({ params: { service: "one" } });
  assert.ok(clusters.every((cluster) => cluster.release === clusters[0]?.release));

  await deploy("three");
  assert.equal(inGamma("three").length, 1, "an ordinary deploy has it from the first moment");
  await deploy("one", "changed");
  const again = await server.client.startFleet({ body: {} });
  assert.deepEqual(states(await over(again.number)), ["one unchanged", "three unchanged", "two unchanged"]);
});

test("a cluster that is removed is emptied service by service, then forgotten, also when the server ends on the way", async () => {
  for (const service of ["one", "two"]) await deploy(service);
  await addGamma();
  const { fleet, removed } = await remove();
  assert.equal(removed, false);
  assert.deepEqual(await remove(), { fleet, removed: false, leftBehind: [] }, "asked for again it goes on");
  server = await server.restart();
  const retiring = (await server.client.listClusters()).items.find(({ name }) => name === "gamma")?.retiring;
  assert.ok(retiring === undefined || retiring.by === "admin");
  assert.deepEqual(states(await over(fleet)), ["one done", "two done"]);
  await gone();
  assert.deepEqual(
    server.gamma.objects().filter(({ metadata }) => metadata.namespace !== undefined),
    [],
  );
  assert.equal(existsSync(join(server.home, "clusters", "gamma")), false);
  await deploy("one", "afterwards");
  assert.equal(inGamma("one").length, 0);
});

test("what was begun goes on though the server died between the mark and the fleet; new services do not come any more", async () => {
  await deploy("one");
  await addGamma();
  const early = await release(server.client, "two", "// made before");
  server = await server.restart(async () => {
    const store = await openStore({ directory: join(server.home, "database") });
    const record = await store.clusters.get("gamma");
    assert.ok(record);
    await store.clusters.put({ ...record, retiring: { by: "ops", at: new Date().toISOString() } });
    await store.close();
  });
  await gone();
  const [fleet] = (await server.client.listFleets({ query: {} })).items;
  assert.deepEqual([fleet?.kind, fleet?.actor, fleet?.status], ["cluster-removed", "ops", "done"]);
  assert.equal((await rollOut(server.client, "two", early.name)).status, "succeeded");
  assert.equal(server.gamma.objects("two").length, 0);
});

test("a removal can be taken back: what has left comes again", async () => {
  for (const service of ["one", "two", "three"]) await deploy(service);
  await addGamma();
  const { fleet = 0 } = await remove();
  await eventually(
    () => server.client.getFleet({ params: { number: fleet } }),
    ({ services }) => services.some(({ state }) => state === "done"),
  );
  const kept = await server.client.keepCluster({ params: { cluster: "gamma" } });
  assert.equal(kept.retiring, undefined);
  assert.equal((await server.client.getFleet({ params: { number: fleet } })).status, "stopped");
  assert.equal((await over(kept.fleet)).status, "done");
  for (const service of ["one", "two", "three"]) assert.equal(inGamma(service).length, 1, service);
  assert.ok((await names()).includes("gamma"));
  assert.equal((await server.client.keepCluster({ params: { cluster: "gamma" } })).fleet, undefined);
});

test("a service goes back to a release that is older than one of its clusters: it is made once more, for that one too", async () => {
  const old = await deploy("one", "old");
  await deploy("one", "new");
  await addGamma();
  const body = {
    environment: "prod",
    service: "one",
    release: old,
    kind: "rollback",
    idempotencyKey: "back-to-old",
  } as const;
  const back = await ended(server.client, (await server.client.createRollout({ body })).number);
  assert.equal(back.status, "succeeded");
  assert.equal((await server.client.createRollout({ body })).number, back.number, "asked for again it is the same");
  const { clusters } = await server.client.getService({ params: { service: "one" } });
  assert.deepEqual(
    clusters.map(({ release }) => release),
    [back.to, back.to, back.to],
  );
  const { items } = await server.client.listReleases({ params: { service: "one" } });
  const snapshotOf = (name: string | undefined) => items.find((one) => one.name === name)?.snapshot;
  assert.equal(snapshotOf(back.to), snapshotOf(old));
  const other = { ...body, release: items.find((one) => snapshotOf(one.name) !== snapshotOf(old))?.name ?? "" };
  await assert.rejects(server.client.createRollout({ body: other }), { code: "idempotency-key-used" });
});

test("a dead cluster is refused service by service, then removed by force: it says what stays, and its name is free again", async () => {
  await deploy("one");
  await addGamma();
  server.gamma.cut();
  const tried = await over((await remove()).fleet);
  assert.deepEqual(states(tried), ["one refused"]);
  assert.match(tried.services[0]?.reason ?? "", /gamma/);
  assert.deepEqual(await names(), ["alpha", "beta", "gamma"]);
  const [newest] = (await server.client.listFleets({ query: {} })).items;
  assert.equal(newest?.number, tried.number, "it is a person's to go on");
  assert.deepEqual(await remove({ force: "true" }), {
    ...{ removed: true, leftBehind: [{ service: "one", namespace: "one" }] },
  });
  assert.deepEqual(await names(), ["alpha", "beta"]);
  const name = await deploy("one", "without it");

  server.gamma.mend();
  assert.equal(inGamma("one").length, 1, "nobody has touched it");
  assert.deepEqual(states(await over(await registerGamma(server, "prod"))), ["one done"]);
  const { clusters } = await server.client.getService({ params: { service: "one" } });
  assert.ok(
    clusters.every((one) => one.release === clusters[0]?.release && !one.drained),
    name,
  );
});

test("what cannot be is refused: another fleet rollout is under way, the last cluster of what runs", async () => {
  await deploy("one");
  const { version } = await server.client.getProfile();
  await server.client.putProfile({ body: { text: "[limits]\ncpu = 8\n", after: version } });
  // The same inputs make the same release: the one of its part.
  const remade = await release(server.client, "one", "// one");
  server.clusters.alpha.script(remade.name, { kind: "ready", after: 60_000 });
  const { number } = await server.client.startFleet({ body: {} });
  await assert.rejects(registerGamma(server, "prod"), { code: "fleet-active", status: 409 });
  assert.deepEqual(await names(), ["alpha", "beta"]);
  await server.client.commandFleet({ params: { number }, body: { command: { type: "stop" } } });

  await registerGamma(server);
  const snapshot = await upload(server.client, "// lonely");
  const auth = Buffer.from("me:secret").toString("base64");
  const dockerConfig = JSON.stringify({ auths: { "registry.example.com": { auth } } });
  const environment = "staging";
  await server.client.putRegistry({
    params: { registry: "main" },
    body: { environment, prefix: "registry.example.com/team", dockerConfig },
  });
  const made = await server.client.createRelease({ body: { environment, appToml: appToml("lonely"), snapshot } });
  const body = { environment, service: "lonely", release: made.release.name, idempotencyKey: "the-lonely-one" };
  await server.client.createRollout({ body });
  await eventually(
    () => server.client.listServices({ query: { environment } }),
    ({ items }) => items[0]?.clusters[0]?.ready === 2,
  );
  await eventually(
    () => server.client.listRollouts({ query: { environment } }),
    ({ items }) => items[0]?.status === "succeeded",
  );
  await assert.rejects(remove(), { code: "cluster-last", status: 409 });
  await assert.rejects(remove({ force: "true" }), { code: "cluster-last", status: 409 });
  await assert.rejects(server.client.removeCluster({ params: { cluster: "alpha" }, query: {} }), {
    code: "cluster-embedded",
  });
});
