import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Observation } from "@fairway/rollout";
import { type ConnectedCluster, connectCluster } from "../connect-cluster.ts";
import { type FakeApi, fakeObject, startFakeApi } from "../testing/fake-api.ts";
import type { ClusterStatus, ClusterWatch } from "./cluster-view.ts";

let api: FakeApi;
let cluster: ConnectedCluster;

beforeEach(async () => {
  api = await startFakeApi();
  cluster = await connectCluster({
    name: "alpha",
    kubeconfig: api.kubeconfig,
    deadlineMilliseconds: 2_000,
    firstWaitMilliseconds: 1,
    probeMilliseconds: 50,
  });
});
afterEach(async () => {
  cluster.close();
  await api.close();
});

/** What a listener was told, with a wait for what is still to come. */
function watch() {
  const observed: Observation[] = [];
  const statuses: ClusterStatus[] = [];
  let told = Promise.withResolvers<void>();
  const note = () => {
    told.resolve();
    told = Promise.withResolvers();
  };
  const watching: ClusterWatch = cluster.watchCluster({
    observed: (observation) => {
      observed.push(observation);
      note();
    },
    status: (status) => {
      statuses.push(status);
      note();
    },
  });
  const until = async (condition: () => boolean) => {
    while (!condition()) await told.promise;
  };
  return { observed, statuses, until, watching };
}

const names = (observation: Observation | undefined) => observation?.objects.map((one) => one.metadata.name);

describe("watching a cluster", { timeout: 30_000 }, () => {
  it("observes each namespace that has something of ours, and asks for nothing else", async () => {
    api.setList("namespaces", [fakeObject("Namespace", "user", "1")], "5");
    api.setList("pods", [fakeObject("Pod", "a", "2"), fakeObject("Pod", "b", "3", { namespace: "shop" })], "5");
    const { observed, until } = watch();
    await until(() => observed.length >= 2);
    const found = Object.fromEntries(observed.map((one) => [one.namespace, names(one)]));
    assert.deepEqual(found, { user: ["user", "a"], shop: ["b"] });
    const lists = api.seen.filter((one) => one.query["limit"] !== undefined && !/events|nodes/.test(one.path));
    assert.deepEqual(
      [...new Set(lists.map((one) => one.query["labelSelector"]))],
      ["app.kubernetes.io/managed-by=fairway"],
    );
  });

  it("observes only the namespace that changed, and says when it has become empty", async () => {
    api.setList("pods", [fakeObject("Pod", "a", "2"), fakeObject("Pod", "b", "3", { namespace: "shop" })], "5");
    const { observed, until } = watch();
    await until(() => observed.length >= 2);
    await api.watching("pods");
    observed.length = 0;
    api.send("pods", { type: "DELETED", object: fakeObject("Pod", "b", "9", { namespace: "shop" }) });
    await until(() => observed.length >= 1);
    assert.deepEqual(
      observed.map((one) => [one.namespace, one.objects.length]),
      [["shop", 0]],
    );
  });

  it("keeps the newest events, of our namespaces only", async () => {
    api.setList("pods", [fakeObject("Pod", "a", "2")], "5");
    const { observed, until } = watch();
    await until(() => observed.length >= 1);
    await api.watching("events");
    const send = (name: string, minute: number, namespace: string) => {
      const lastTimestamp = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
      api.send("events", { type: "ADDED", object: fakeObject("Event", name, name, { namespace, lastTimestamp }) });
    };
    send("foreign", 0, "kube-system");
    for (let minute = 0; minute < 250; minute += 1) send(`e${minute}`, minute, "user");
    await until(() => observed.at(-1)?.events.at(-1)?.metadata.name === "e249");
    const events = observed.at(-1)?.events ?? [];
    assert.equal(events.length, 200);
    assert.equal(events[0]?.metadata.name, "e50");
    assert.ok(observed.every((one) => one.namespace === "user"));
  });

  it("tells version, nodes, missing rights, and when it was seen", async () => {
    api.setList("nodes", [{ metadata: { name: "n1" } }, { metadata: { name: "n2" } }], "1");
    const before = Date.now();
    const { statuses, until, watching } = watch();
    await until(() => statuses.length >= 1);
    const { lastSeenAt, ...status } = statuses[0] ?? assert.fail();
    assert.deepEqual(status, {
      reachable: true,
      reason: undefined,
      version: "v1.36.3",
      nodes: 2,
      missingPermissions: [],
    });
    assert.ok(lastSeenAt !== undefined && lastSeenAt >= before);
    const asked = () => api.seen.filter((one) => one.path === "/version").length;
    const upTo = asked() + 2;
    await eventually(() => asked() >= upTo);
    assert.ok((watching.status().lastSeenAt ?? 0) > lastSeenAt);
    assert.equal(statuses.length, 1, "being seen again is no news");
  });

  it("asks at once when a watch breaks, not when it would have asked anyway", async () => {
    cluster.close();
    cluster = await connectCluster({
      name: "alpha",
      kubeconfig: api.kubeconfig,
      firstWaitMilliseconds: 1,
      probeMilliseconds: 60_000,
    });
    const { statuses, until } = watch();
    await until(() => statuses.at(-1)?.reachable === true);
    await api.watching("pods");
    await api.cut();
    await until(() => statuses.at(-1)?.reachable === false);
  });

  it("tells when the cluster goes away, what it knew, and when it is back", async () => {
    api.setList("pods", [fakeObject("Pod", "a", "2")], "5");
    const { observed, statuses, until } = watch();
    await until(() => observed.length >= 1 && statuses.length >= 1);
    await api.watching("pods");
    await api.cut();
    await until(() => statuses.at(-1)?.reachable === false);
    assert.match(statuses.at(-1)?.reason ?? "", /connection refused/);
    assert.equal(statuses.at(-1)?.version, "v1.36.3");
    assert.ok(statuses.at(-1)?.lastSeenAt);
    observed.length = 0;
    await api.mend();
    await until(() => statuses.at(-1)?.reachable === true);
    assert.equal(statuses.at(-1)?.reason, undefined);
    await api.watching("pods");
    api.send("pods", { type: "MODIFIED", object: fakeObject("Pod", "a", "9") });
    await until(() => observed.some((one) => one.objects[0]?.metadata.resourceVersion === "9"));
  });

  it("does not wait for a watch that went silent with the cluster, when it is back", async () => {
    api.setList("pods", [fakeObject("Pod", "a", "2")], "5");
    const { observed, statuses, until } = watch();
    await until(() => observed.length >= 1 && statuses.length >= 1);
    await api.watching("pods");
    // Connections stay open, and nothing comes any more.
    api.answer(() => "hang");
    await until(() => statuses.at(-1)?.reachable === false);
    api.setList("pods", [fakeObject("Pod", "a", "9")], "9");
    api.answer(() => undefined);
    await until(() => observed.at(-1)?.objects[0]?.metadata.resourceVersion === "9");
  });

  it("tells what it may not read of a cluster that answers", async () => {
    api.answer((seen) =>
      seen.path.endsWith("/replicasets")
        ? { status: 403, body: { code: 403, message: 'User "u" cannot list resource "replicasets"' } }
        : undefined,
    );
    const { statuses, until } = watch();
    await until(() => statuses.at(-1)?.reason !== undefined);
    assert.equal(statuses.at(-1)?.reachable, true);
    assert.match(statuses.at(-1)?.reason ?? "", /replicasets/);
  });

  it("says nothing more once it is stopped", async () => {
    api.setList("pods", [fakeObject("Pod", "a", "2")], "5");
    const { observed, statuses, until, watching } = watch();
    await until(() => observed.length >= 1 && statuses.length >= 1);
    watching.stop();
    const told = observed.length + statuses.length;
    await api.cut();
    assert.equal(observed.length + statuses.length, told);
  });
});

/** For what no listener is told of. */
async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
