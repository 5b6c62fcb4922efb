/** What one API gets at a time, and what a bad one does to the others. */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { ClusterError } from "@fairway/rollout";
import { type ConnectedCluster, connectCluster } from "../connect-cluster.ts";
import { type FakeApi, fakeObject, startFakeApi } from "../testing/fake-api.ts";

const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "user", name: "settings" };
const stored = { status: 200, body: fakeObject("ConfigMap", "settings", "7") };
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open(
  deadlineMilliseconds: number,
): Promise<{ readonly api: FakeApi; readonly cluster: ConnectedCluster }> {
  const api = await startFakeApi();
  const cluster = await connectCluster({
    name: "alpha",
    kubeconfig: api.kubeconfig,
    deadlineMilliseconds,
    firstWaitMilliseconds: 1,
  });
  closing.push(() => cluster.close(), api.close);
  return { api, cluster };
}

const many = (cluster: ConnectedCluster, count: number) => Array.from({ length: count }, () => cluster.get(ref));

describe("many calls", { timeout: 60_000 }, () => {
  it("wait for their turn, in order; watches do not count", async () => {
    const { api, cluster } = await open(30_000);
    const stop = new AbortController();
    const watching = cluster.follow("user", stop.signal)[Symbol.asyncIterator]();
    await watching.next();
    for (const kind of ["pods", "deployments", "events"]) await api.watching(kind);
    let atOnce = 0;
    let most = 0;
    const held: (() => void)[] = [];
    api.answerLater(async (seen) => {
      if (!seen.path.endsWith("/settings")) return undefined;
      atOnce += 1;
      most = Math.max(most, atOnce);
      // Answers only when nobody else can come in: more than the limit would be seen.
      await new Promise<void>((resolve) => {
        held.push(resolve);
        if (held.length === 32) for (const go of held.splice(0)) setTimeout(go, 20);
      });
      atOnce -= 1;
      return stored;
    });
    await Promise.all(many(cluster, 96));
    assert.equal(most, 32);
    stop.abort();
  });

  it("do not run out of time in their own queue while the API answers", async () => {
    const { api, cluster } = await open(400);
    api.answerLater(async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return stored;
    });
    // Eight turns of 32 calls: the last ones wait for twice their time.
    const answers = await Promise.all(many(cluster, 256));
    assert.equal(answers.length, 256);
  });

  it("end in their own queue when the API answers nobody", async () => {
    const { api, cluster } = await open(300);
    api.answer(() => "hang");
    const started = performance.now();
    const ended = await Promise.allSettled(many(cluster, 256));
    assert.ok(ended.every(({ status }) => status === "rejected"));
    assert.ok(performance.now() - started < 3_000, "not one turn after the other");
  });

  it("are all held back when the API has too much to do", async () => {
    const { api, cluster } = await open(30_000);
    let refused = 0;
    const answered: number[] = [];
    api.answer(() => {
      if (refused === 0) {
        refused = performance.now();
        return { status: 429, headers: { "retry-after": "1" }, body: { code: 429, message: "too many requests" } };
      }
      answered.push(performance.now());
      return stored;
    });
    await cluster.get(ref).then(() => Promise.all(many(cluster, 5)));
    assert.ok(answered.every((at) => at - refused > 900));
  });

  it("are not made when the API asks for more time than there is", async () => {
    const { api, cluster } = await open(5_000);
    for (const date of ["3600", new Date(Date.now() + 3_600_000).toUTCString()]) {
      const before = api.seen.length;
      api.answer(() => ({ status: 503, headers: { "retry-after": date }, body: { code: 503, message: "restoring" } }));
      const started = performance.now();
      await assert.rejects(cluster.get(ref), (error: Error) => {
        assert.ok(error instanceof ClusterError);
        assert.equal(error.code, "unreachable");
        assert.match(error.message, /restoring/);
        return true;
      });
      assert.equal(api.seen.length, before + 1);
      assert.ok(performance.now() - started < 4_000);
    }
  });
});

it("a cluster that hangs, resets or floods does not slow another one", { timeout: 60_000 }, async () => {
  const bad = await Promise.all([open(20_000), open(20_000), open(20_000)]);
  bad[0]?.api.answer(() => "hang");
  bad[1]?.api.answer(() => "reset");
  bad[2]?.api.answer(() => ({
    status: 429,
    headers: { "retry-after": "5" },
    body: { code: 429, message: "too many" },
  }));
  const troubled = bad.flatMap(({ cluster }) => many(cluster, 200)).map((call) => call.catch(() => undefined));
  const good = await open(20_000);
  good.api.answer(() => stored);
  const started = performance.now();
  for (let round = 0; round < 10; round += 1) await Promise.all(many(good.cluster, 20));
  const took = performance.now() - started;
  assert.ok(took < 5_000, `200 calls took ${Math.round(took)} ms beside three bad clusters`);
  for (const { cluster } of bad) cluster.close();
  for (const { api } of bad) await api.close();
  await Promise.all(troubled);
});
