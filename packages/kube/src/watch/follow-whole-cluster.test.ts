/** Following a namespace of a cluster that is followed as a whole too. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ClusterError, type Observation } from "@fairway/rollout";
import { type ConnectedCluster, connectCluster } from "../connect-cluster.ts";
import { type FakeApi, fakeObject, startFakeApi } from "../testing/fake-api.ts";
import type { ClusterWatch } from "./cluster-view.ts";

let api: FakeApi;
let cluster: ConnectedCluster;
let stop: AbortController;

beforeEach(async () => {
  api = await startFakeApi();
  cluster = await connectCluster({
    name: "alpha",
    kubeconfig: api.kubeconfig,
    deadlineMilliseconds: 2_000,
    firstWaitMilliseconds: 1,
    probeMilliseconds: 50,
  });
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  cluster.close();
  await api.close();
});

const pods = "/api/v1/namespaces/user/pods";
const pod = (name: string, version: string) => fakeObject("Pod", name, version);

/** Resolves when all of the cluster has been listed. */
async function watchAll(): Promise<ClusterWatch> {
  const watch = cluster.watchCluster({ observed: () => undefined, status: () => undefined });
  await api.watching("events");
  return watch;
}

function follow(namespace = "user"): AsyncIterator<Observation> {
  return cluster.follow(namespace, stop.signal)[Symbol.asyncIterator]();
}

async function next(iterator: AsyncIterator<Observation>): Promise<Observation> {
  const { done, value } = await iterator.next();
  assert.ok(!done, "the observations ended");
  return value;
}

async function until(iterator: AsyncIterator<Observation>, condition: (seen: Observation) => boolean): Promise<void> {
  while (!condition(await next(iterator)));
}

function names(observation: Observation): readonly string[] {
  return observation.objects.map((one) => `${one.kind}/${one.metadata.name}`);
}

/** What was watched in the namespace by requests of its own. */
function ownWatches(): readonly string[] {
  const watches = api.seen.filter((one) => one.query["watch"] === "true" && one.path.includes("/user/"));
  return watches.map(({ path }) => path.split("/").at(-1) ?? "").toSorted();
}

/** What the list of the namespace's pods gives, those of other namespaces are empty; resolves when it was asked for. */
function listOfNamespace(items: readonly unknown[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  api.answer(({ path, query }) => {
    if (!/namespaces.*pods$/.test(path) || query["watch"] === "true") return undefined;
    if (path === pods) resolve();
    return { status: 200, body: { metadata: { resourceVersion: "50" }, items: path === pods ? items : [] } };
  });
  return promise;
}

describe("following a namespace of a cluster that is followed as a whole", { timeout: 30_000 }, () => {
  it("watches only what the whole is not followed for, and shows the rest of it", async () => {
    api.setList("namespaces", [fakeObject("Namespace", "user", "1")], "5");
    api.setList("pods", [pod("a", "2")], "5");
    api.setList("configmaps", [fakeObject("ConfigMap", "settings", "2")], "5");
    api.setList("events", [fakeObject("Event", "why", "2")], "5");
    await watchAll();
    const iterator = follow();
    const first = await next(iterator);
    assert.deepEqual(names(first), ["Namespace/user", "Pod/a", "ConfigMap/settings"]);
    await api.watching("configmaps");
    assert.deepEqual(ownWatches(), ["configmaps"]);
    api.send("pods", { type: "ADDED", object: pod("b", "7") });
    await until(iterator, (seen) => names(seen).includes("Pod/b"));
    api.send("events", { type: "ADDED", object: fakeObject("Event", "more", "8") });
    await until(iterator, (seen) => seen.events.some((event) => event.metadata.name === "more"));
  });

  for (const [name, listed, ...events] of [
    ["something that has gone", [], { type: "DELETED", object: pod("a", "9") }],
    [
      "something that came and has gone",
      [],
      { type: "ADDED", object: pod("b", "8") },
      { type: "DELETED", object: pod("a", "9") },
      { type: "DELETED", object: pod("b", "9") },
    ],
    ["an object as it was before", [pod("a", "9")], { type: "MODIFIED", object: pod("a", "9") }],
    [
      "less than there is",
      [pod("a", "2"), pod("b", "9")],
      { type: "ADDED", object: pod("b", "8") },
      { type: "MODIFIED", object: pod("b", "9") },
      { type: "MODIFIED", object: pod("b", "10") },
    ],
  ] as const) {
    it(`does not begin with ${name}, when what is sent is late`, async () => {
      api.setList("pods", [pod("a", "2")], "5");
      await watchAll();
      const asked = listOfNamespace(listed);
      const iterator = follow();
      const first = next(iterator);
      await asked;
      // Another one that begins later has its first by then.
      await next(follow("shop"));
      for (const event of events) api.send("pods", event);
      const last = events.at(-1);
      const versions = (await first).objects.filter(({ kind }) => kind === "Pod").map((one) => one.metadata);
      const expected = listed.map((one) => (last?.object.metadata.uid === one.metadata.uid ? last.object : one));
      assert.deepEqual(
        versions.map((one) => one.resourceVersion),
        expected.map((one) => one.metadata.resourceVersion),
      );
    });
  }

  it("watches by itself what does not catch up", async () => {
    api.setList("pods", [pod("a", "2")], "5");
    await watchAll();
    void listOfNamespace([pod("a", "9")]);
    assert.equal((await next(follow())).objects[0]?.metadata.resourceVersion, "9");
    assert.deepEqual(ownWatches(), ["configmaps", "pods"]);
  });

  it("watches by itself when the whole is given up before anything has been compared", async () => {
    const whole = await watchAll();
    const held = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    api.answerLater(async ({ path, query }) => {
      const isCompared = /\/user\/|^\/api\/v1\/namespaces$/.test(path) && query["watch"] !== "true";
      if (isCompared && path === pods) asked.resolve();
      if (isCompared) await held.promise;
      return undefined;
    });
    const first = next(follow());
    await asked.promise;
    whole.stop();
    held.resolve();
    await first;
    await api.watching("pods");
  });

  it("is shown what explains a namespace while it follows it, and no longer is it kept", async () => {
    await watchAll();
    const reasons = async (iterator: AsyncIterator<Observation>, name: string) =>
      until(iterator, (seen) => seen.events.some((event) => event.metadata.name === name));
    const shop = follow("shop");
    await next(shop);
    const user = follow();
    await next(user);
    api.send("events", { type: "ADDED", object: fakeObject("Event", "early", "7") });
    await reasons(user, "early");
    await user.return?.();
    api.send("events", { type: "ADDED", object: fakeObject("Event", "late", "8") });
    api.send("events", { type: "ADDED", object: fakeObject("Event", "other", "9", { namespace: "shop" }) });
    await reasons(shop, "other");
    assert.ok(!(await next(follow())).events.some((event) => event.metadata.name === "late"));
  });

  it("leaves asking whether the API is there to whoever follows the whole", async () => {
    const alone = await startFakeApi();
    const other = await connectCluster({ name: "beta", kubeconfig: alone.kubeconfig, probeMilliseconds: 50 });
    try {
      await watchAll();
      await next(follow());
      const asked = () => api.seen.filter(({ path }) => path === "/version").length;
      // Its answer is held back, so that the whole's own question is the only one.
      api.answer(({ path }) => (path === "/version" ? "hang" : undefined));
      const before = asked();
      const twice = Promise.withResolvers<void>();
      let times = 0;
      alone.answer(({ path }) => {
        if (path === "/version" && ++times === 2) twice.resolve();
        return undefined;
      });
      // Asks as often, and began later.
      void other.follow("user", stop.signal)[Symbol.asyncIterator]().next();
      await twice.promise;
      assert.equal(asked() - before, 1);
    } finally {
      other.close();
      await alone.close();
    }
  });

  it("watches by itself what may not be listed in the whole cluster", async () => {
    api.setList("pods", [pod("a", "2")], "5");
    api.answer(({ path }) =>
      path === "/api/v1/pods"
        ? { status: 403, body: { code: 403, message: 'pods is forbidden: User "u" cannot list resource "pods"' } }
        : undefined,
    );
    cluster.watchCluster({ observed: () => undefined, status: () => undefined });
    assert.deepEqual(names(await next(follow())), ["Pod/a"]);
    await api.watching("pods");
    // Events of the whole cluster are read when the rest of it is known.
    assert.deepEqual(ownWatches(), ["configmaps", "events", "pods"]);
  });

  for (const [name, end] of [
    ["is gone", () => api.cut()],
    ["falls silent with its connections open", async () => api.answer(() => "hang")],
  ] as const) {
    it(`throws unreachable when the API ${name}`, async () => {
      await watchAll();
      const iterator = follow();
      await next(iterator);
      await end();
      const error = await until(iterator, () => false).catch((caught: unknown) => caught);
      assert.ok(error instanceof ClusterError);
      assert.equal(error.code, "unreachable");
    });
  }

  it("shares again when the API is back", async () => {
    await watchAll();
    const iterator = follow();
    await next(iterator);
    await api.cut();
    await assert.rejects(until(iterator, () => false));
    await api.mend();
    api.setList("pods", [pod("a", "2")], "5");
    api.seen.length = 0;
    assert.deepEqual(names(await next(follow())), ["Pod/a"]);
    await api.watching("configmaps");
    assert.deepEqual(ownWatches(), ["configmaps"]);
  });

  it("ends when the whole is not followed any more, and goes by itself then", async () => {
    const watch = await watchAll();
    const iterator = follow();
    await next(iterator);
    watch.stop();
    await assert.rejects(
      until(iterator, () => false),
      { code: "unreachable" },
    );
    await next(follow());
    await api.watching("pods");
    assert.ok(ownWatches().includes("deployments"));
  });
});
