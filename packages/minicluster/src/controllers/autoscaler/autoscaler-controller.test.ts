import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type HorizontalPodAutoscaler, isHorizontalPodAutoscaler } from "@fairway/objects";
import { deployment, NAMESPACE, startTestCluster, type TestCluster } from "../../testing/test-cluster.ts";

test("replicas are brought into the bounds, and of what is not known nothing is made", async (t) => {
  const cluster = await started(t, { minReplicas: 3, maxReplicas: 4 });
  assert.equal(replicas(cluster), 3);
  assert.ok(
    cluster.events("HorizontalPodAutoscaler").some((event) => event.startsWith("SuccessfulRescale: New size: 3")),
  );
  await cluster.clock.advance(20_000);
  assert.deepEqual(condition(cluster, "AbleToScale"), ["True", "SucceededGetScale"]);
  assert.deepEqual(condition(cluster, "ScalingActive"), ["False", "FailedGetResourceMetric"]);
  const web = cluster.deployment("web");
  cluster.apply({ ...web, spec: { ...web.spec, replicas: 9 } });
  await cluster.clock.advance(100);
  assert.equal(replicas(cluster), 4);
});

test("the field belongs to who scaled last, as if by the scale subresource", async (t) => {
  const cluster = await started(t, { minReplicas: 3, maxReplicas: 4 });
  const owner = cluster.deployment("web").metadata.managedFields?.find(({ subresource }) => subresource === "scale");
  assert.deepEqual([owner?.manager, owner?.operation], ["kube-controller-manager", "Update"]);
  assert.deepEqual(owner?.fieldsV1, { "f:spec": { "f:replicas": {} } });
});

test("what is scaled to none stays there", async (t) => {
  const cluster = await started(t, { minReplicas: 3, maxReplicas: 4 }, { replicas: 0 });
  assert.equal(replicas(cluster), 0);
  assert.deepEqual(condition(cluster, "ScalingActive"), ["False", "ScalingDisabled"]);
});

test("busy pods get more beside them, idle ones go when they have been idle for a while", async (t) => {
  // Of all pods together, which share the work.
  let cores = 0.4;
  let running = (): number => 2;
  const cluster = await started(t, { minReplicas: 2, maxReplicas: 6 }, { replicas: 2 }, () => cores / running());
  running = () => cluster.pods().length;
  await cluster.clock.run(() => replicas(cluster) === 4, 60_000);
  await cluster.clock.advance(60_000);
  assert.deepEqual(condition(cluster, "ScalingActive"), ["True", "ValidMetricFound"]);
  assert.equal(replicas(cluster), 4);
  assert.deepEqual(scaler(cluster).status?.currentMetrics, [
    { type: "Resource", resource: { name: "cpu", current: { averageUtilization: 100, averageValue: "100m" } } },
  ]);
  cores = 0.04;
  await cluster.clock.advance(120_000);
  assert.equal(replicas(cluster), 4);
  await cluster.clock.run(() => replicas(cluster) === 2, 400_000);
});

async function started(
  t: TestContext,
  bounds: { readonly minReplicas: number; readonly maxReplicas: number },
  spec: { readonly replicas?: number } = { replicas: 1 },
  cpuOf: () => number | undefined = () => undefined,
): Promise<TestCluster> {
  const cluster = startTestCluster({ container: () => ({ stopsAfter: 100, readyAfter: 1_000 }), cpuOf });
  t.after(() => cluster.stop());
  cluster.apply(deployment("web", "web:1", spec, { resources: { requests: { cpu: "100m" } } }));
  cluster.apply({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web", namespace: NAMESPACE },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      ...bounds,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 100 } } },
      ],
    },
  });
  await cluster.clock.advance(3_000);
  return cluster;
}

function scaler(cluster: TestCluster): HorizontalPodAutoscaler {
  const found = cluster.objects.get({ resource: "horizontalpodautoscalers", namespace: NAMESPACE, name: "web" });
  assert.ok(found && isHorizontalPodAutoscaler(found));
  return found;
}

function replicas(cluster: TestCluster): number | undefined {
  return cluster.deployment("web").spec?.replicas;
}

function condition(cluster: TestCluster, type: string): readonly (string | undefined)[] {
  const found = scaler(cluster).status?.conditions?.find((one) => one.type === type);
  return [found?.status, found?.reason];
}
