import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { deployment, NAMESPACE, startTestCluster, type TestCluster } from "../../testing/test-cluster.ts";

const web = { resource: "deployments", namespace: NAMESPACE, name: "web" };
const count = (cluster: TestCluster) =>
  ["deployments", "replicasets", "pods"].map((resource) => cluster.objects.list(resource).length);

test("background: the owner goes at once, what it owned follows", async (t) => {
  const cluster = await started(t);
  cluster.objects.remove(web, { propagationPolicy: "Background" });
  assert.deepEqual(count(cluster), [0, 1, 2]);
  await cluster.clock.run(() => count(cluster).every((one) => one === 0), 60_000);
  assert.equal(cluster.runtime.running().length, 0);
});

test("foreground: the owner stays until everything it owned is gone", async (t) => {
  const cluster = await started(t, 3_000);
  cluster.objects.remove(web, { propagationPolicy: "Foreground" });
  await cluster.clock.advance(1_000);
  assert.deepEqual(count(cluster), [1, 1, 2], "the pods are ending");
  await cluster.clock.run(() => count(cluster).every((one) => one === 0), 60_000);
});

test("orphan: what it owned stays, without an owner", async (t) => {
  const cluster = await started(t);
  cluster.objects.remove(web, { propagationPolicy: "Orphan" });
  await cluster.clock.advance(5_000);
  assert.deepEqual(count(cluster), [0, 1, 2]);
  assert.deepEqual(cluster.objects.list("replicasets")[0]?.metadata.ownerReferences ?? [], []);
});

test("an object whose owner never was, or was another of that name, is collected", async (t) => {
  const cluster = await started(t);
  const owner = { apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "00000000-0000-0000-0000-000000000000" };
  cluster.apply({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "left", namespace: NAMESPACE, ownerReferences: [owner] },
  });
  const key = { resource: "configmaps", namespace: NAMESPACE, name: "left" };
  await cluster.clock.run(() => cluster.objects.get(key) === undefined, 5_000);
  assert.deepEqual(count(cluster), [1, 1, 2]);
});

test("a namespace goes when its last pod has ended", async (t) => {
  const cluster = await started(t, 3_000);
  cluster.objects.remove({ resource: "namespaces", name: NAMESPACE });
  await cluster.clock.advance(1_000);
  const namespace = () => cluster.objects.get({ resource: "namespaces", name: NAMESPACE });
  assert.deepEqual([cluster.pods().length, namespace()?.["status"]], [2, { phase: "Terminating" }]);
  await cluster.clock.run(() => namespace() === undefined, 60_000);
  assert.equal(cluster.runtime.running().length, 0);
  assert.deepEqual(cluster.objects.list("events", { namespace: NAMESPACE }), []);
});

async function started(t: TestContext, stopsAfter = 0): Promise<TestCluster> {
  const cluster = startTestCluster({ container: () => ({ stopsAfter }) });
  t.after(() => cluster.stop());
  cluster.apply(deployment("web", "web:1"));
  await cluster.clock.run(() => cluster.deployment("web").status?.availableReplicas === 2, 5_000);
  return cluster;
}
