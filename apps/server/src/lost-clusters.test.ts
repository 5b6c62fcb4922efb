import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { ended, eventually, release, rollOut } from "./testing/deploying.ts";
import { startTestServer, type TestServer } from "./testing/test-server.ts";

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

const lose = (cluster: string) => server.client.loseCluster({ params: { cluster } });
const backends = async () => {
  const { hosts } = await server.client.edgeRoutes();
  return hosts.flatMap((one) => (one.service === "shop" ? one.backends.map(({ cluster }) => cluster) : []));
};

test("a rollout goes on without a lost cluster, which converges when it is back, and takes traffic when it is found", async () => {
  await rollOut(server.client, "shop", (await release(server.client, "shop", "// one")).name);
  server.clusters.beta.cut();
  const { name } = await release(server.client, "shop", "// two");
  assert.equal((await rollOut(server.client, "shop", name)).status, "refused");

  const lost = await lose("beta");
  assert.deepEqual([lost.lost?.by, lost.rollouts], ["admin", []]);
  await assert.rejects(lose("alpha"), { code: "cluster-last", status: 409 });
  assert.deepEqual(await backends(), ["alpha"]);
  const service = await server.client.getService({ params: { service: "shop" } });
  assert.deepEqual(
    service.clusters.map(({ cluster, drained }) => [cluster, drained]),
    [
      ["alpha", false],
      ["beta", true],
    ],
  );
  server = await server.restart();
  const done = await rollOut(server.client, "shop", name);
  assert.equal(done.status, "succeeded");
  assert.ok(done.clusters.find((one) => one.name === "beta")?.behind !== undefined);

  server.clusters.beta.mend();
  const found = await server.client.findCluster({ params: { cluster: "beta" } });
  assert.equal(found.lost, undefined);
  await eventually(
    async () => (await server.client.getService({ params: { service: "shop" } })).clusters,
    (clusters) => clusters.every((one) => one.release === name && !one.drained),
  );
  assert.deepEqual(await backends(), ["alpha", "beta"]);
});

test("a rollout that is under way is told of a cluster that gets lost", async () => {
  await rollOut(server.client, "shop", (await release(server.client, "shop", "// three")).name);
  const { name } = await release(
    server.client,
    "shop",
    "// four",
    '[deploy]\nwaves = [["alpha"], ["beta"]]\nbake = "1h"\n',
  );
  const body = { service: "shop", release: name, idempotencyKey: randomUUID() };
  const { number } = await server.client.createRollout({ body });
  server.clusters.beta.cut();
  assert.deepEqual((await lose("beta")).rollouts, [number]);
  const { commands } = await eventually(
    () => server.client.getRollout({ params: { number } }),
    (rollout) => rollout.commands.some(({ accepted }) => accepted !== undefined),
  );
  assert.deepEqual(
    commands.map(({ command, actor, accepted }) => [command, actor, accepted]),
    [[{ type: "lose", cluster: "beta" }, "admin", true]],
  );
  await server.client.commandRollout({ params: { number }, body: { id: randomUUID(), command: { type: "abort" } } });
  assert.equal((await ended(server.client, number)).status, "failed");
});
