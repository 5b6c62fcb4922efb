import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { appToml, ended, eventually, release, rollOut, upload } from "./testing/deploying.ts";
import { startTestServer, type TestServer } from "./testing/test-server.ts";

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

const gated = '[deploy]\nstrategy = "canary"\nsteps = [{ weight = 50 }]\n';

async function start(service: string, name: string, whenBusy: "refuse" | "queue" | "supersede" = "refuse") {
  const body = { service, release: name, idempotencyKey: randomUUID(), whenBusy };
  return (await server.client.createRollout({ body })).number;
}

function tell(number: number, type: "pause" | "resume" | "promote" | "abort", id: string = randomUUID()) {
  return server.client.commandRollout({ params: { number }, body: { id, command: { type } } });
}

/** Two releases, the second one waiting at its gate. */
async function atTheGate(service: string): Promise<{ readonly former: string; readonly number: number }> {
  const former = await release(server.client, service, "// one");
  assert.equal((await rollOut(server.client, service, former.name)).strategy, "rolling");
  const { name } = await release(server.client, service, "// two", gated);
  const number = await start(service, name);
  return { former: former.name, number };
}

/** Promotes as soon as the gate is reached. */
async function promoted(number: number): Promise<void> {
  await eventually(
    () =>
      tell(number, "promote").then(
        ({ answer }) => answer,
        (error: { readonly code: string }) => error.code,
      ),
    (answer) => answer === "accepted",
  );
}

test("a canary waits at its gate for promote; each command has an answer, a refusal its reason", async () => {
  const { number } = await atTheGate("gate");
  assert.equal((await server.client.getRollout({ params: { number } })).strategy, "canary");
  const id = randomUUID();
  assert.deepEqual(await tell(number, "pause", id), {
    rollout: number,
    command: { type: "pause" },
    answer: "accepted",
  });
  assert.equal((await tell(number, "pause", id)).answer, "accepted", "the same id is the same command");
  await assert.rejects(tell(number, "resume", id), { code: "idempotency-key-used", status: 409 });
  await assert.rejects(tell(number, "pause"), {
    code: "command-refused",
    status: 409,
    title: `Rollout ${number} of gate is not paused`,
    detail: "it is paused already, by admin",
  });
  await tell(number, "resume");
  await promoted(number);
  const last = await ended(server.client, number);
  assert.equal(last.status, "succeeded");
  await assert.rejects(tell(number, "abort"), { code: "rollout-ended", detail: "it has ended: it succeeded" });
  await assert.rejects(tell(4_000, "abort"), { code: "not-found" });
});

test("abort brings the former release back everywhere; a rollback of a canary goes at once", async () => {
  const { former, number } = await atTheGate("back");
  assert.equal((await tell(number, "abort")).answer, "accepted");
  assert.equal((await ended(server.client, number)).status, "failed");
  const service = await server.client.getService({ params: { service: "back" } });
  assert.equal(service.release, former);
  const third = await release(server.client, "back", "// three", '[deploy]\nstrategy = "blue-green"\n');
  assert.equal((await rollOut(server.client, "back", third.name)).strategy, "blue-green");
  const fourth = await release(server.client, "back", "// four", gated);
  const next = await start("back", fourth.name);
  await promoted(next);
  assert.equal((await ended(server.client, next)).status, "succeeded");
  const body = { service: "back", release: "previous", kind: "rollback", idempotencyKey: randomUUID() } as const;
  const back = await server.client.createRollout({ body });
  assert.deepEqual([back.strategy, back.to], ["blue-green", third.name]);
  assert.equal((await ended(server.client, back.number)).status, "succeeded");
});

test("while one is under way another is refused, goes after it, or takes its place", async () => {
  const { number } = await atTheGate("busy");
  const third = await release(server.client, "busy", "// three");
  await assert.rejects(start("busy", third.name), { code: "rollout-active", status: 409 });
  const queued = await start("busy", third.name, "queue");
  assert.equal((await server.client.getRollout({ params: { number: queued } })).status, "queued");
  const fourth = await release(server.client, "busy", "// four");
  const last = await start("busy", fourth.name, "supersede");
  const ends = await Promise.all([number, queued, last].map((one) => ended(server.client, one)));
  assert.deepEqual(
    ends.map(({ status }) => status),
    ["failed", "refused", "succeeded"],
    "one that had changed nothing yet is not begun",
  );
  assert.match(ends[0]?.reason ?? "", new RegExp(`${last}`));
  assert.equal((await server.client.getService({ params: { service: "busy" } })).release, fourth.name);
});

test("a release with the same objects replaces no pod, and is what runs all the same", async () => {
  const snapshot = await upload(server.client, "// same");
  const create = async (toml: string) =>
    (await server.client.createRelease({ body: { appToml: toml, snapshot } })).release;
  const first = await create(appToml("same"));
  await rollOut(server.client, "same", first.name);
  const pods = async () => (await server.client.getService({ params: { service: "same" } })).pods;
  const before = await pods();
  const second = await create(appToml("same").replace("says hello", "says it twice"));
  const third = await create(appToml("same", gated));
  assert.equal(new Set([first.name, second.name, third.name]).size, 3);
  for (const { name } of [second, third]) {
    const { status, strategy } = await rollOut(server.client, "same", name);
    assert.deepEqual([status, strategy], ["succeeded", "rolling"], "nothing stands beside what is the same");
    const now = await pods();
    assert.deepEqual(now.map((pod) => pod.name).toSorted(), before.map((pod) => pod.name).toSorted());
    assert.deepEqual([...new Set(now.map((pod) => pod.release))], [name]);
    const lines = [];
    const logs = server.client.serviceLogs({ params: { service: "same" }, query: { release: name.slice(0, 8) } });
    for await (const { data } of logs) lines.push(data);
    assert.equal(lines.length, 8);
  }
});

test("clusters that the waves name and nobody knows are told when the release is made", async () => {
  const snapshot = await upload(server.client, "// waves");
  const toml = appToml("waves", '[deploy]\nwaves = [["alpa"], ["beta"]]\n');
  const { warnings } = await server.client.createRelease({ body: { appToml: toml, snapshot } });
  assert.deepEqual(warnings, [
    "waves in [deploy] name alpa, and prod has alpha, beta: those that no wave names go last, together",
  ]);
});
