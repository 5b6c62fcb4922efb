import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ClusterError, type Observation } from "@fairway/rollout";
import { type ConnectedCluster, connectCluster } from "../connect-cluster.ts";
import { type FakeApi, fakeObject, startFakeApi } from "../testing/fake-api.ts";

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
    // Whenever the API ends a watch, it has lasted its time.
    watchSeconds: 0,
  });
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  cluster.close();
  await api.close();
});

const options = { timeout: 10_000 };

function follow(): AsyncIterator<Observation> {
  return cluster.follow("user", stop.signal)[Symbol.asyncIterator]();
}

/** The next observation that fulfils the condition. */
async function until(iterator: AsyncIterator<Observation>, condition: (seen: Observation) => boolean) {
  for (;;) {
    const result = await iterator.next();
    assert.ok(!result.done, "the observations ended");
    if (condition(result.value)) return result.value;
  }
}

function names(observation: Observation): readonly string[] {
  return observation.objects.map((one) => `${one.kind}/${one.metadata.name}`);
}

describe("following a namespace", options, () => {
  it("begins with all that is there, kept without what nobody reads", async () => {
    api.setList("namespaces", [fakeObject("Namespace", "user", "1")], "5");
    const pod = fakeObject("Pod", "user-a-1", "2", { status: { phase: "Running" } });
    const metadata = {
      ...pod.metadata,
      managedFields: [{ manager: "kubelet" }],
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", kept: "yes" },
    };
    api.setList("pods", [{ ...pod, metadata }], "5");
    api.setList("events", [event("late", "2026-01-01T00:02:00Z"), event("early", "2026-01-01T00:01:00Z")], "5");
    const iterator = follow();
    const first = await until(iterator, (seen) => seen.events.length === 2);
    assert.deepEqual([first.cluster, first.namespace], ["alpha", "user"]);
    assert.deepEqual(names(first), ["Namespace/user", "Pod/user-a-1"]);
    assert.deepEqual(first.objects[1]?.metadata.annotations, { kept: "yes" });
    assert.equal(first.objects[1]?.metadata.managedFields, undefined);
    assert.deepEqual(
      first.events.map((one) => one.metadata.name),
      ["early", "late"],
    );
    const list = api.seen.find((one) => one.path === "/api/v1/namespaces");
    assert.equal(list?.query["fieldSelector"], "metadata.name=user");
  });

  it("goes on with each change, many at once in one observation", async () => {
    const iterator = follow();
    await until(iterator, () => true);
    await api.watching("pods");
    for (let index = 0; index < 50; index += 1)
      api.send("pods", { type: "ADDED", object: fakeObject("Pod", `p${index}`, String(10 + index)) });
    let observations = 0;
    await until(iterator, (seen) => {
      observations += 1;
      return seen.objects.length === 50;
    });
    assert.ok(observations < 10, `${observations} observations of 50 changes`);
    api.send("pods", { type: "DELETED", object: fakeObject("Pod", "p0", "99") });
    await until(iterator, (seen) => seen.objects.length === 49);
  });

  it("watches on from the newest version it knows when a watch ends", async () => {
    api.setList("pods", [], "5");
    const iterator = follow();
    await until(iterator, () => true);
    assert.equal((await api.watching("pods")).query["resourceVersion"], "5");
    api.send("pods", { type: "ADDED", object: fakeObject("Pod", "p", "8") });
    await until(iterator, (seen) => seen.objects.length === 1);
    api.endWatches("pods");
    assert.equal((await api.watching("pods")).query["resourceVersion"], "8");
    api.send("pods", { type: "BOOKMARK", object: { metadata: { resourceVersion: "20" } } });
    api.endWatches("pods");
    assert.equal((await api.watching("pods")).query["resourceVersion"], "20");
    api.send("pods", { type: "DELETED", object: fakeObject("Pod", "p", "21") });
    await until(iterator, (seen) => seen.objects.length === 0);
    const lists = api.seen.filter((one) => one.path.endsWith("/pods") && one.query["watch"] === undefined);
    assert.equal(lists.length, 1);
  });

  for (const [name, expire] of [
    [
      "in the stream",
      () =>
        api.send("pods", {
          type: "ERROR",
          object: { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" },
        }),
    ],
    [
      "as an answer",
      () => {
        let once = true;
        api.answer((seen) => {
          if (!once || !seen.path.endsWith("/pods") || seen.query["watch"] === undefined) return undefined;
          once = false;
          return { status: 410, body: { code: 410, reason: "Expired", message: "too old" } };
        });
        api.endWatches("pods");
      },
    ],
  ] as const) {
    it(`lists again when the version is forgotten, 410 ${name}`, async () => {
      api.setList("pods", [fakeObject("Pod", "gone", "3"), fakeObject("Pod", "stays", "4")], "5");
      const iterator = follow();
      await until(iterator, (seen) => seen.objects.length === 2);
      await api.watching("pods");
      api.setList("pods", [fakeObject("Pod", "stays", "4"), fakeObject("Pod", "new", "30")], "31");
      expire();
      const seen = await until(iterator, (one) => names(one).includes("Pod/new"));
      assert.deepEqual(names(seen), ["Pod/stays", "Pod/new"]);
    });
  }

  for (const [name, end] of [
    ["ends before its time", () => api.endWatches("pods")],
    ["breaks", () => api.drop()],
  ] as const) {
    it(`lists again when a watch ${name}: the API may have been restored from a backup`, async () => {
      cluster.close();
      cluster = await connectCluster({ name: "alpha", kubeconfig: api.kubeconfig, firstWaitMilliseconds: 1 });
      const pod = (phase: string) => fakeObject("Pod", "p", "50", { status: { phase } });
      api.setList("pods", [fakeObject("Pod", "late", "60"), pod("Running")], "60");
      const iterator = follow();
      await until(iterator, (seen) => seen.objects.length === 2);
      await api.watching("pods");
      // Versions count from an earlier one again, and 50 means another state of the same object now.
      api.setList("pods", [pod("Failed")], "55");
      end();
      const seen = await until(iterator, (one) => one.objects.length === 1);
      assert.deepEqual(seen.objects[0]?.["status"], { phase: "Failed" });
      assert.equal((await api.watching("pods")).query["resourceVersion"], "55");
      api.send("pods", { type: "MODIFIED", object: fakeObject("Pod", "p", "56") });
      await until(iterator, (one) => one.objects[0]?.metadata.resourceVersion === "56");
    });
  }

  it("keeps no more for a slow consumer than what there is, and shows it the newest", async () => {
    const iterator = follow();
    await until(iterator, () => true);
    await api.watching("pods");
    await api.watching("events");
    for (let index = 1; index <= 5_000; index += 1) {
      const version = String(index);
      api.send("pods", { type: "MODIFIED", object: fakeObject("Pod", "p", version) });
      const at = new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString();
      api.send("events", { type: "ADDED", object: { ...event(`e${version}`, at) } });
    }
    api.send("pods", { type: "ADDED", object: fakeObject("Pod", "last", "9999") });
    const seen = await until(
      iterator,
      (one) => one.objects.length === 2 && one.events.at(-1)?.metadata.name === "e5000",
    );
    assert.equal(seen.objects[0]?.metadata.resourceVersion, "5000");
    assert.equal(seen.events.length, 200);
  });

  it("survives broken connections while the API is there", async () => {
    api.setList("pods", [fakeObject("Pod", "p", "3")], "5");
    const iterator = follow();
    await until(iterator, () => true);
    await api.watching("pods");
    api.drop();
    await api.watching("pods");
    api.send("pods", { type: "MODIFIED", object: fakeObject("Pod", "p", "9", { status: { phase: "Failed" } }) });
    await until(iterator, (seen) => seen.objects[0]?.metadata.resourceVersion === "9");
  });

  it("throws unreachable when the API is gone, and can be followed again later", async () => {
    const iterator = follow();
    await until(iterator, () => true);
    await api.cut();
    const error = await until(iterator, () => false).catch((caught: unknown) => caught);
    assert.ok(error instanceof ClusterError);
    assert.equal(error.code, "unreachable");
    await api.mend();
    api.setList("pods", [fakeObject("Pod", "p", "3")], "5");
    await until(follow(), (seen) => seen.objects.length === 1);
  });

  it("throws unreachable when the API falls silent with its connections open", async () => {
    const iterator = follow();
    await until(iterator, () => true);
    await api.watching("pods");
    api.answer(() => "hang");
    const error = await until(iterator, () => false).catch((caught: unknown) => caught);
    assert.ok(error instanceof ClusterError);
    assert.equal(error.code, "unreachable");
  });

  it("throws what is forbidden, but does without events", async () => {
    const forbidden = (resource: string) => ({
      status: 403,
      body: { code: 403, message: `${resource} is forbidden: User "u" cannot list resource "${resource}"` },
    });
    api.answer((seen) => (seen.path.endsWith("/events") ? forbidden("events") : undefined));
    await until(follow(), () => true);
    api.answer((seen) => (seen.path.endsWith("/pods") ? forbidden("pods") : undefined));
    const error = await until(follow(), () => false).catch((caught: unknown) => caught);
    assert.ok(error instanceof ClusterError);
    assert.equal(error.code, "forbidden");
  });

  it("takes a kind that the API does not serve for one without objects", async () => {
    api.answer((seen) => (seen.path.endsWith("/jobs") ? { status: 404, body: "404 page not found" } : undefined));
    api.setList("pods", [fakeObject("Pod", "p", "3")], "5");
    assert.deepEqual(names(await until(follow(), () => true)), ["Pod/p"]);
  });

  it("ends when it is told to, and leaves no watch behind", async () => {
    const iterator = follow();
    await until(iterator, () => true);
    await api.watching("pods");
    const pending = iterator.next();
    stop.abort();
    assert.equal((await pending).done, true);
  });
});

function event(name: string, lastTimestamp: string) {
  return fakeObject("Event", name, "1", { lastTimestamp, reason: "Unhealthy" });
}
