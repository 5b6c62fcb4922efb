import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { ServiceSummary } from "@fairway/api";
import { isPod, refOf } from "@fairway/objects";
import { ended, eventually, release, rollOut } from "./testing/deploying.ts";
import { startTestServer, type TestServer } from "./testing/test-server.ts";

let server: TestServer;
before(async () => {
  server = await startTestServer();
  await rollOut(server.client, "data", (await release(server.client, "data", "// data")).name);
  const needs = '\n[[dependencies]]\nname = "data"\n[[dependencies]]\nname = "pay"\n';
  await rollOut(server.client, "web", (await release(server.client, "web", "// web", needs)).name);
});
after(() => server.stop());

const get = (service: string) => server.client.getService({ params: { service } });
const healthIn = ({ clusters }: ServiceSummary) => clusters.map(({ health }) => health);
const until = (service: string, fits: (found: ServiceSummary) => boolean) => eventually(() => get(service), fits);

test("who needs whom, with their health", async () => {
  const web = await get("web");
  assert.deepEqual(web.dependencies, [
    { name: "data", known: true, health: "healthy" },
    { name: "pay", known: false },
  ]);
  assert.deepEqual((await get("data")).consumers, [{ name: "web", health: "healthy" }]);
});

test("search: all words, in any field, the name first", async () => {
  const found = async (search: string) =>
    (await server.client.listServices({ query: { search } })).items.map(({ name }) => name);
  assert.deepEqual(await found("hello"), ["data", "web"]);
  assert.deepEqual(await found("me WEB"), ["web"]);
  assert.deepEqual(await found("web data"), []);
  assert.deepEqual(await found(" "), ["data", "web"]);
});

test("a service is progressing while a rollout is under way, and healthy after it", async () => {
  const next = await release(server.client, "data", "// data, again");
  server.clusters.beta.script(next.name, { kind: "ready", after: 800 });
  const { number } = await server.client.createRollout({
    body: { service: "data", release: next.name, idempotencyKey: randomUUID() },
  });
  assert.equal((await get("data")).health, "progressing");
  const half = await until("data", ({ clusters }) => clusters.some((one) => one.release === next.name));
  assert.deepEqual([half.health, half.trouble], ["progressing", undefined]);
  await ended(server.client, number);
  const done = await get("data");
  assert.deepEqual([done.health, done.trouble, healthIn(done)], ["healthy", undefined, ["healthy", "healthy"]]);
});

test("one cluster that crashes degrades it, in the words of the diagnosis; all of them take it down", async () => {
  const { release: name = "" } = await get("data");
  const crash = async (cluster: TestServer["clusters"]["alpha"]) => {
    cluster.script(name, { kind: "crash", exitCode: 3, log: "disk full" });
    for (const pod of cluster.objects("data").filter(isPod)) await cluster.delete(refOf(pod), {});
  };
  await crash(server.clusters.beta);
  const degraded = await until("data", ({ trouble }) => /crash/.test(trouble ?? ""));
  assert.equal(degraded.health, "degraded");
  assert.match(degraded.trouble ?? "", /^the service crashes .*\(beta\)$/);
  assert.deepEqual(healthIn(degraded), ["healthy", "down"]);
  const listed = async () => (await server.client.listServices({ query: { search: "data" } })).items[0];
  await eventually(listed, (found) => found?.trouble === degraded.trouble && found?.health === "degraded");
  assert.deepEqual((await get("web")).dependencies[0], { name: "data", known: true, health: "degraded" });
  await crash(server.clusters.alpha);
  await until("data", ({ health }) => health === "down");
});

test("a cluster that cannot be reached is named, and counts as unknown", async () => {
  server.clusters.beta.cut();
  const away = await until("web", ({ clusters }) => clusters.some(({ reachable }) => !reachable));
  assert.deepEqual([away.health, away.trouble], ["degraded", "beta cannot be reached"]);
  assert.deepEqual(healthIn(away), ["healthy", "unknown"]);
  assert.deepEqual(
    away.clusters.map(({ trafficShare, ready }) => [trafficShare, ready]),
    [
      [1, 2],
      [0, 2],
    ],
  );
  server.clusters.beta.mend();
  await until("web", ({ health }) => health === "healthy");
});
