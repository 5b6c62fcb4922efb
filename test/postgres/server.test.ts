import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { temporaryDatabase } from "@fairway/store/testing";
import { ended, release, rollOut } from "../../apps/server/src/testing/deploying.ts";
import { startTestServer } from "../../apps/server/src/testing/test-server.ts";

const database = await temporaryDatabase(process.env["DATABASE_URL"] ?? "");
let server = await startTestServer({ databaseUrl: database.url });
after(async () => {
  await server.stop();
  await database.drop();
});

test("a server on PostgreSQL deploys, and the next process goes on where it was stopped", async () => {
  const first = await release(server.client, "hello", "// one");
  const done = await rollOut(server.client, "hello", first.name);
  assert.deepEqual([done.status, done.clusters.map(({ ready }) => ready)], ["succeeded", [2, 2]]);

  const second = await release(server.client, "hello", "// two");
  server.clusters.beta.script(second.name, { kind: "ready", after: 1_500 });
  const body = { service: "hello", release: second.name, idempotencyKey: randomUUID() };
  const { number } = await server.client.createRollout({ body });
  server = await server.restart();
  assert.equal((await server.client.createRollout({ body })).number, number);
  assert.equal((await ended(server.client, number)).status, "succeeded");
  const service = await server.client.getService({ params: { service: "hello" } });
  assert.deepEqual([service.health, service.release], ["healthy", second.name]);
  assert.ok(server.log.some((line) => line.includes('"database":"postgres"')));
});
