import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { ApiProblem } from "@fairway/api";
import { z } from "zod";
import { ended, eventually, release, rollOut } from "./testing/deploying.ts";
import { type Receiver, startReceiver } from "./testing/receiver.ts";
import { registerGamma, startTestServer, type TestServer } from "./testing/test-server.ts";

const message = z.object({
  type: z.string(),
  timestamp: z.iso.datetime(),
  data: z.object({
    number: z.int().optional(),
    service: z.string().optional(),
    environment: z.string().optional(),
    reason: z.string().optional(),
    endedAt: z.string().optional(),
    causes: z.array(z.object({ code: z.string() })).optional(),
  }),
});

let server: TestServer;
let receiver: Receiver;
before(async () => {
  server = await startTestServer({ webhookBackOff: [20, 20, 20] });
});
after(() => server.stop());
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

const types = (of = receiver) => of.received.map(({ body }) => message.parse(JSON.parse(body)).type);

async function add(more: { readonly events?: ["done"]; readonly environment?: string } = {}) {
  const added = await server.client.addWebhook({ body: { url: receiver.url, ...more } });
  receiver.secret = added.secret;
  return added;
}

const deliveries = async (webhook: number) => (await server.client.listDeliveries({ params: { webhook } })).items;
const settled = (webhook: number) =>
  eventually(
    () => deliveries(webhook),
    (all) => all.length > 0 && all.every(({ status }) => status !== "waiting"),
  );

async function deploy(service: string, content = "// one") {
  return rollOut(server.client, service, (await release(server.client, service, content)).name);
}

describe("webhooks", () => {
  it("are told of a rollout in signed messages: started, done", async () => {
    const { id } = await add();
    const { number } = await deploy("told");
    await eventually(
      async () => types(),
      (all) => all.length === 2,
    );
    assert.deepEqual(types(), ["rollout.started", "rollout.done"]);
    assert.ok(receiver.received.every(({ genuine }) => genuine));
    const [started, done] = receiver.received.map(({ body }) => message.parse(JSON.parse(body)));
    assert.deepEqual(
      [started?.data.number, started?.data.service, started?.data.environment],
      [number, "told", "prod"],
    );
    // As it was then, not as it is when it is sent.
    assert.equal(started?.data.endedAt, undefined);
    assert.ok(done?.data.endedAt);
    const all = await settled(id);
    assert.deepEqual(
      all.map(({ event, status, attempts, answer }) => [event, status, attempts, answer]),
      [
        ["done", "delivered", 1, 204],
        ["started", "delivered", 1, 204],
      ],
    );
    await server.client.removeWebhook({ params: { webhook: id } });
  });

  it("are told why one failed, and that the former release is back", async () => {
    await deploy("fails");
    const { id } = await add();
    const next = await release(server.client, "fails", "// two");
    for (const cluster of [server.clusters.alpha, server.clusters.beta])
      cluster.script(next.name, { kind: "crash", exitCode: 3, log: "disk full" });
    await rollOut(server.client, "fails", next.name);
    await eventually(
      async () => types(),
      (all) => all.length === 3,
    );
    assert.deepEqual(types().toSorted(), ["rollout.failed", "rollout.rolled-back", "rollout.started"]);
    const failed = receiver.received.find(({ body }) => body.includes('"rollout.failed"'));
    assert.equal(message.parse(JSON.parse(failed?.body ?? "")).data.causes?.[0]?.code, "CrashLoop");
    await server.client.removeWebhook({ params: { webhook: id } });
  });

  it("are told when one waits for somebody", async () => {
    await deploy("waits");
    const { id } = await add();
    const next = await release(
      server.client,
      "waits",
      "// two",
      '[deploy]\nstrategy = "blue-green"\nswitch = "by-hand"\n',
    );
    const body = { service: "waits", release: next.name, idempotencyKey: randomUUID() };
    const { number } = await server.client.createRollout({ body });
    await eventually(
      async () => types(),
      (all) => all.includes("rollout.waiting"),
    );
    const waiting = receiver.received.find(({ body: text }) => text.includes('"rollout.waiting"'));
    assert.equal(waiting?.genuine, true);
    const told = message.parse(JSON.parse(waiting?.body ?? ""));
    assert.deepEqual([told.data.number, told.data.service, told.data.endedAt], [number, "waits", undefined]);
    const command = { type: "promote" } as const;
    await server.client.commandRollout({ params: { number }, body: { id: randomUUID(), command } });
    await ended(server.client, number);
    await eventually(
      async () => types(),
      (all) => all.includes("rollout.done"),
    );
    assert.equal(types().filter((type) => type === "rollout.waiting").length, 1);
    await server.client.removeWebhook({ params: { webhook: id } });
  });

  it("whose receiver answers 410 are told nothing more, and say so, until a test is taken", async () => {
    receiver.answer = 410;
    const { id } = await add();
    await deploy("gone");
    const all = await settled(id);
    assert.ok(all.every(({ status, error }) => status === "given-up" && error?.includes("wants no more messages")));
    const sent = receiver.received.length;
    const listed = async () => (await server.client.listWebhooks()).items.find((one) => one.id === id);
    await eventually(listed, (one) => one?.goneAt !== undefined);
    receiver.answer = 204;
    await deploy("gone", "// two");
    assert.equal((await deliveries(id)).length, all.length);
    assert.equal(receiver.received.length, sent);

    await server.client.testWebhook({ params: { webhook: id } });
    assert.equal((await listed())?.goneAt, undefined);
    await deploy("gone", "// three");
    const [newest] = await settled(id);
    assert.equal(newest?.status, "delivered");
    await server.client.removeWebhook({ params: { webhook: id } });
  });

  it("get a message again until they take it, each time with the same id and body; then it is given up", async () => {
    receiver.answer = 503;
    const { id } = await add({ events: ["done"] });
    await deploy("again");
    await eventually(
      async () => receiver.received.length,
      (count) => count >= 2,
    );
    receiver.answer = 200;
    const [delivered] = await settled(id);
    assert.equal(delivered?.status, "delivered");
    assert.equal(new Set(receiver.received.map((one) => `${one.id} ${one.body}`)).size, 1);
    receiver.answer = 500;
    await deploy("again", "// two");
    const [newest] = await settled(id);
    assert.deepEqual(
      [newest?.status, newest?.attempts, newest?.answer, newest?.error],
      ["given-up", 4, 500, "answered 500"],
    );
    await server.client.removeWebhook({ params: { webhook: id } });
  });

  it("hear nothing of what was before them, of other environments, nor of what they did not ask for", async () => {
    await registerGamma(server);
    const { id } = await add({ events: ["done"] });
    const elsewhere = await server.client.addWebhook({ body: { url: receiver.url, environment: "staging" } });
    await server.client.removeCluster({ params: { cluster: "gamma" } });
    await deploy("wanted");
    await settled(id);
    assert.deepEqual(types(), ["rollout.done"]);
    assert.deepEqual(await deliveries(elsewhere.id), []);
    for (const webhook of [id, elsewhere.id]) await server.client.removeWebhook({ params: { webhook } });
  });

  it("that hang or are gone hold up no rollout and no other webhook; nothing is lost when the server ends meanwhile", async (t) => {
    const hanging = await startReceiver();
    hanging.answer = "hang";
    await server.client.addWebhook({ body: { url: hanging.url } });
    t.after(() => hanging.close());
    const gone = await startReceiver();
    await gone.close();
    const dead = await server.client.addWebhook({ body: { url: gone.url } });
    const { id } = await add({ events: ["done"] });
    const begun = Date.now();
    assert.equal((await deploy("fast")).status, "succeeded");
    await settled(id);
    assert.ok(Date.now() - begun < 9_000, "before the one that hangs meets its deadline");
    const [failed] = await settled(dead.id);
    assert.equal(failed?.error, "ECONNREFUSED");
    server = await server.restart();
    hanging.answer = 204;
    await eventually(
      async () => hanging.received.length,
      (count) => count >= 2,
    );
    for (const { id: webhook } of (await server.client.listWebhooks()).items)
      await server.client.removeWebhook({ params: { webhook } });
  });

  it("are not followed to another address", async () => {
    receiver.answer = 302;
    const { id } = await add();
    const tested = await server.client.testWebhook({ params: { webhook: id } });
    assert.deepEqual([tested.delivered, tested.answer, tested.error], [false, 302, "redirects are not followed"]);
    assert.equal(receiver.received.length, 1);
    receiver.answer = 204;
    assert.equal((await server.client.testWebhook({ params: { webhook: id } })).delivered, true);
    assert.deepEqual(
      receiver.received.map(({ genuine }) => genuine),
      [true, true],
    );
    await server.client.removeWebhook({ params: { webhook: id } });
  });

  it("keep their secret: it is shown once, and stands in no list, no log and not in the audit", async () => {
    const { secret, id } = await add();
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{32}$/);
    await server.client.testWebhook({ params: { webhook: id } });
    const told = JSON.stringify([await server.client.listWebhooks(), await deliveries(id), server.log]);
    assert.ok(!told.includes(secret.slice(6)));
    await server.client.removeWebhook({ params: { webhook: id } });
  });

  it("are refused where nobody could be told", async () => {
    for (const url of ["ftp://example.com/", "chat", "javascript:alert(1)", "https://me:word@example.com/"]) {
      await assert.rejects(
        server.client.addWebhook({ body: { url } }),
        (error: unknown) => error instanceof ApiProblem && error.code === "webhook-url-not-valid",
        url,
      );
    }
  });

  it("give a message up at once, in words, when the key that seals the secrets is another one", async () => {
    const { id } = await add();
    await writeFile(join(server.home, "webhook-key"), "another key that is long enough to be one");
    server = await server.restart();
    await deploy("unreadable");
    const all = await settled(id);
    assert.ok(all.every(({ attempts, error }) => attempts === 1 && error?.includes("cannot be read with this key")));
    const tested = await server.client.testWebhook({ params: { webhook: id } });
    assert.equal(tested.delivered, false);
    assert.match(tested.error ?? "", /add it again/);
    assert.equal(receiver.received.length, 0);
  });
});
