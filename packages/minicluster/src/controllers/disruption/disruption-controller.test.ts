import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { KubernetesObject } from "@fairway/objects";
import { evict } from "../../admission/eviction.ts";
import { at, isObject, type Json, numberAt, objectAt } from "../../json.ts";
import { ApiError } from "../../status.ts";
import { deployment, NAMESPACE, startTestCluster, type TestCluster } from "../../testing/test-cluster.ts";

test("a budget lets pods go only as long as enough are left", async (t) => {
  const cluster = await started(t, { minAvailable: 2 });
  assert.deepEqual(facts(cluster), [3, 2, 1, 3]);
  assert.equal(condition(cluster), "SufficientPods");
  const [first = "", second = ""] = cluster.pods().map(({ metadata }) => metadata.name);
  take(cluster, first, { dryRun: true });
  assert.deepEqual(facts(cluster), [3, 2, 1, 3]);
  take(cluster, first);
  const gone = cluster.pods().find(({ metadata }) => metadata.name === first);
  assert.equal(
    gone?.status?.conditions?.find(({ type }) => type === "DisruptionTarget")?.reason,
    "EvictionByEvictionAPI",
  );
  assert.ok(gone?.metadata.deletionTimestamp);
  assert.equal(condition(cluster), "InsufficientPods");
  const refused = refusal(() => take(cluster, second));
  assert.equal(refused.code, 429);
  assert.equal(refused.message, "Cannot evict pod as it would violate the pod's disruption budget.");
  await cluster.clock.advance(100);
  assert.deepEqual(refusal(() => take(cluster, second)).status.details?.causes, [
    { reason: "DisruptionBudget", message: "The disruption budget web needs 2 healthy pods and has 2 currently" },
  ]);
  await cluster.clock.run(() => facts(cluster)[2] === 1, 60_000);
  take(cluster, second);
});

test("a share counts against the replicas that the Deployment wants", async (t) => {
  const cluster = await started(t, { maxUnavailable: "34%" });
  assert.deepEqual(facts(cluster), [3, 1, 2, 3]);
});

test("a new budget, and a changed one, lets nothing go until it has been looked at", async (t) => {
  const cluster = await started(t, { minAvailable: 1 });
  const stored = cluster.objects.get(ref);
  assert.ok(stored && isObject(stored));
  cluster.objects.update("poddisruptionbudgets", { ...stored, spec: { ...objectAt(stored, "spec"), minAvailable: 2 } });
  const [pod] = cluster.pods();
  const { status } = refusal(() => take(cluster, pod?.metadata.name ?? ""));
  assert.equal(status.details?.retryAfterSeconds, 10);
  assert.match(status.details?.causes?.[0]?.message ?? "", /is still being processed by the server\.$/);
});

test("a pod with two budgets is not evicted", async (t) => {
  const cluster = await started(t, { minAvailable: 1 });
  cluster.objects.create("poddisruptionbudgets", budget("other", { minAvailable: 1 }));
  const [pod] = cluster.pods();
  assert.equal(refusal(() => take(cluster, pod?.metadata.name ?? "")).code, 500);
});

const ref = { resource: "poddisruptionbudgets", namespace: NAMESPACE, name: "web" };

function budget(name: string, spec: Readonly<Record<string, Json>>): KubernetesObject {
  const selector = { matchLabels: { "fairway.dev/service": "web" } };
  const metadata = { name, namespace: NAMESPACE };
  return { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata, spec: { selector, ...spec } };
}

async function started(t: TestContext, spec: Readonly<Record<string, Json>>): Promise<TestCluster> {
  const cluster = startTestCluster({ container: () => ({ stopsAfter: 1_000, readyAfter: 5_000 }) });
  t.after(() => cluster.stop());
  cluster.apply(deployment("web", "web:1", { replicas: 3 }));
  cluster.apply(budget("web", spec));
  await cluster.clock.run(() => facts(cluster)[0] === 3, 20_000);
  return cluster;
}

function facts(cluster: TestCluster): (number | undefined)[] {
  const stored = cluster.objects.get(ref);
  return ["currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"].map((field) =>
    stored && isObject(stored) ? numberAt(stored, "status", field) : undefined,
  );
}

function condition(cluster: TestCluster): Json | undefined {
  const stored = cluster.objects.get(ref);
  return stored && isObject(stored) ? at(stored, "status", "conditions", 0, "reason") : undefined;
}

function take(cluster: TestCluster, pod: string, options: { readonly dryRun?: boolean } = {}): void {
  evict(cluster.objects, NAMESPACE, pod, options, cluster.clock.now());
}

function refusal(run: () => void): ApiError {
  try {
    run();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  return assert.fail("allowed");
}
