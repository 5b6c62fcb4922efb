import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { isReady, isReplicaSet } from "@fairway/objects";
import { deployment, startTestCluster, type TestCluster, type TestClusterOptions } from "../../testing/test-cluster.ts";
import { isActive } from "../pod-facts.ts";

const rolledOut = (cluster: TestCluster, name: string) => () => {
  const { status, spec, metadata } = cluster.deployment(name);
  return (
    status?.observedGeneration === metadata.generation &&
    status?.updatedReplicas === spec?.replicas &&
    status?.replicas === spec?.replicas &&
    status?.availableReplicas === spec?.replicas
  );
};

test("a new Deployment comes up: ReplicaSet with a template hash, pods, status, conditions, events", async (t) => {
  const cluster = start(t, { container: () => ({ readyAfter: 300 }) });
  cluster.apply(deployment("web", "web:1"));
  await cluster.clock.run(rolledOut(cluster, "web"), 5_000);
  const { metadata, status } = cluster.deployment("web");
  assert.equal(metadata.annotations?.["deployment.kubernetes.io/revision"], "1");
  assert.equal(status?.readyReplicas, 2);
  assert.equal(status?.unavailableReplicas, undefined);
  assert.deepEqual(
    [cluster.condition("web", "Available")?.reason, cluster.condition("web", "Progressing")?.reason],
    ["MinimumReplicasAvailable", "NewReplicaSetAvailable"],
  );
  const [pod] = cluster.pods();
  const hash = pod?.metadata.labels?.["pod-template-hash"];
  assert.match(pod?.metadata.name ?? "", new RegExp(`^web-${hash}-[a-z0-9]{5}$`));
  assert.deepEqual(cluster.events("Deployment"), [`ScalingReplicaSet: Scaled up replica set web-${hash} from 0 to 2`]);
  assert.equal(cluster.events("ReplicaSet").length, 2);
});

for (const { replicas, maxSurge, maxUnavailable } of [
  { replicas: 1, maxSurge: 1, maxUnavailable: 0 },
  { replicas: 4, maxSurge: "25%", maxUnavailable: "25%" },
  { replicas: 5, maxSurge: 0, maxUnavailable: 2 },
  { replicas: 3, maxSurge: "100%", maxUnavailable: 0 },
] as const) {
  test(`a rolling update of ${replicas} keeps surge ${maxSurge} and unavailability ${maxUnavailable} at every instant`, async (t) => {
    let seed = 7;
    const cluster = start(t, {
      container() {
        seed = (seed * 16807) % 2147483647;
        return { readyAfter: seed % 3_000, stopsAfter: seed % 500 };
      },
    });
    const strategy = { type: "RollingUpdate" as const, rollingUpdate: { maxSurge, maxUnavailable } };
    cluster.apply(deployment("web", "web:1", { replicas, strategy }));
    await cluster.clock.run(rolledOut(cluster, "web"), 60_000);
    const surge = typeof maxSurge === "number" ? maxSurge : Math.ceil((Number.parseInt(maxSurge, 10) * replicas) / 100);
    const missing =
      typeof maxUnavailable === "number"
        ? maxUnavailable
        : Math.floor((Number.parseInt(maxUnavailable, 10) * replicas) / 100);
    let most = 0;
    let least: number = replicas;
    const unsubscribe = cluster.objects.subscribe(() => {
      const active = cluster.pods().filter(isActive);
      most = Math.max(most, active.length);
      least = Math.min(least, active.filter(isReady).length);
    });
    cluster.apply(deployment("web", "web:2", { replicas, strategy }));
    await cluster.clock.run(rolledOut(cluster, "web"), 60_000);
    unsubscribe();
    assert.ok(most <= replicas + surge, `${most} pods at once`);
    assert.ok(least >= replicas - missing, `${least} available`);
    assert.ok(
      cluster
        .pods()
        .filter(isActive)
        .every(({ spec }) => spec?.containers[0]?.image === "web:2"),
    );
  });
}

test("a release that never gets ready: the old one keeps serving, the deadline is reported, the old template brings it back", async (t) => {
  const cluster = start(t, {
    container: ({ image }) => (image === "web:2" ? { readyAfter: "never" } : {}),
  });
  const spec = { progressDeadlineSeconds: 20 };
  cluster.apply(deployment("web", "web:1", spec));
  await cluster.clock.run(rolledOut(cluster, "web"), 5_000);
  cluster.apply(deployment("web", "web:2", spec));
  await cluster.clock.advance(10_000);
  assert.equal(cluster.condition("web", "Progressing")?.status, "True");
  await cluster.clock.advance(12_000);
  const progressing = cluster.condition("web", "Progressing");
  assert.deepEqual([progressing?.status, progressing?.reason], ["False", "ProgressDeadlineExceeded"]);
  assert.match(progressing?.message ?? "", /^ReplicaSet "web-\w+" has timed out progressing\.$/);
  assert.equal(cluster.condition("web", "Available")?.status, "True");
  const old = cluster.pods().filter((pod) => pod.spec?.containers[0]?.image === "web:1" && isReady(pod));
  assert.equal(old.length, 2);

  cluster.apply(deployment("web", "web:1", spec));
  await cluster.clock.run(rolledOut(cluster, "web"), 5_000);
  assert.equal(cluster.condition("web", "Progressing")?.reason, "NewReplicaSetAvailable");
  assert.equal(cluster.deployment("web").metadata.annotations?.["deployment.kubernetes.io/revision"], "3");
  assert.deepEqual(
    old.map(({ metadata }) => metadata.uid).toSorted(),
    cluster
      .pods()
      .filter(isActive)
      .map(({ metadata }) => metadata.uid)
      .toSorted(),
    "the pods of the old release were never touched",
  );
});

test("while the deadline runs, progress moves it", async (t) => {
  let count = 0;
  const cluster = start(t, { container: () => ({ readyAfter: 8_000 * ++count }) });
  cluster.apply(deployment("web", "web:1", { replicas: 4, progressDeadlineSeconds: 10 }));
  await cluster.clock.run(rolledOut(cluster, "web"), 60_000);
  assert.equal(cluster.condition("web", "Progressing")?.reason, "NewReplicaSetAvailable");
});

test("minReadySeconds: ready is not available yet", async (t) => {
  const cluster = start(t);
  cluster.apply(deployment("web", "web:1", { minReadySeconds: 30 }));
  await cluster.clock.advance(20_000);
  assert.deepEqual(
    [cluster.deployment("web").status?.readyReplicas, cluster.deployment("web").status?.availableReplicas],
    [2, undefined],
  );
  await cluster.clock.run(rolledOut(cluster, "web"), 15_000);
});

test("scaling up and down, also while paused; a paused template waits", async (t) => {
  const cluster = start(t);
  cluster.apply(deployment("web", "web:1"));
  await cluster.clock.run(rolledOut(cluster, "web"), 5_000);
  cluster.apply(deployment("web", "web:2", { paused: true, replicas: 4 }));
  await cluster.clock.advance(5_000);
  assert.deepEqual([...new Set(images(cluster))], ["web:1"]);
  cluster.apply(deployment("web", "web:2", { replicas: 1 }));
  await cluster.clock.run(rolledOut(cluster, "web"), 5_000);
  assert.deepEqual(images(cluster), ["web:2"]);
});

test("old ReplicaSets are kept up to revisionHistoryLimit", async (t) => {
  const cluster = start(t);
  for (const version of [1, 2, 3, 4, 5]) {
    cluster.apply(deployment("web", `web:${version}`, { revisionHistoryLimit: 2 }));
    await cluster.clock.run(rolledOut(cluster, "web"), 10_000);
    await cluster.clock.advance(1_000);
  }
  const sets = cluster.objects.list("replicasets").filter(isReplicaSet);
  assert.deepEqual(sets.map((set) => set.metadata.annotations?.["deployment.kubernetes.io/revision"]).toSorted(), [
    "3",
    "4",
    "5",
  ]);
});

test("Recreate: the new pods come when the old ones are gone", async (t) => {
  const cluster = start(t, { container: () => ({ stopsAfter: 2_000 }) });
  const strategy = { type: "Recreate" as const };
  cluster.apply(deployment("web", "web:1", { strategy }));
  await cluster.clock.run(rolledOut(cluster, "web"), 5_000);
  const unsubscribe = cluster.objects.subscribe(() => {
    assert.equal(new Set(cluster.pods().map((pod) => pod.spec?.containers[0]?.image)).size <= 1, true);
  });
  cluster.apply(deployment("web", "web:2", { strategy }));
  await cluster.clock.run(() => rolledOut(cluster, "web")() && images(cluster)[0] === "web:2", 10_000);
  unsubscribe();
});

test("pods that the API refuses show as ReplicaFailure on both", async (t) => {
  const cluster = start(t);
  const refused = cluster.objects.create;
  const objects = cluster.objects as { create: typeof refused };
  const { ApiError } = await import("../../status.ts");
  objects.create = (resource, object, options) => {
    if (resource === "pods") throw new ApiError(403, "Forbidden", "pods is forbidden: exceeded quota: small");
    return refused(resource, object, options);
  };
  cluster.apply(deployment("web", "web:1"));
  await cluster.clock.advance(500);
  const failure = cluster.condition("web", "ReplicaFailure");
  assert.deepEqual([failure?.reason, failure?.message], ["FailedCreate", "pods is forbidden: exceeded quota: small"]);
  objects.create = refused;
  await cluster.clock.run(rolledOut(cluster, "web"), 5_000);
  assert.equal(cluster.condition("web", "ReplicaFailure"), undefined);
});

function images(cluster: TestCluster): readonly (string | undefined)[] {
  return cluster
    .pods()
    .filter(isActive)
    .map((pod) => pod.spec?.containers[0]?.image);
}

function start(t: TestContext, options: TestClusterOptions = {}): TestCluster {
  const cluster = startTestCluster(options);
  t.after(() => cluster.stop());
  return cluster;
}
