import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Condition, isJob, type Job } from "@fairway/objects";
import { NAMESPACE, startTestCluster, type TestCluster, type TestClusterOptions } from "../../testing/test-cluster.ts";

test("a Job that succeeds is Complete", async (t) => {
  const cluster = start(t, { container: () => ({ exitAfter: 2_000, exitCode: 0 }) });
  cluster.apply(job());
  await cluster.clock.run(() => condition(cluster, "Complete") !== undefined, 10_000);
  const { status } = found(cluster);
  assert.equal(status?.succeeded, 1);
  assert.ok(status?.startTime && status.completionTime);
});

test("a Job whose pods fail is tried backoffLimit times more, then Failed", async (t) => {
  const cluster = start(t, { container: () => ({ exitAfter: 100, exitCode: 2 }) });
  cluster.apply(job({ backoffLimit: 2 }));
  await cluster.clock.run(() => condition(cluster, "Failed") !== undefined, 30_000);
  assert.equal(condition(cluster, "Failed")?.reason, "BackoffLimitExceeded");
  assert.equal(cluster.pods().length, 3);
  await cluster.clock.advance(60_000);
  assert.equal(cluster.pods().length, 3);
});

test("activeDeadlineSeconds ends a Job that hangs", async (t) => {
  const cluster = start(t);
  cluster.apply(job({ activeDeadlineSeconds: 5 }));
  await cluster.clock.run(() => condition(cluster, "Failed") !== undefined, 10_000);
  assert.equal(condition(cluster, "Failed")?.reason, "DeadlineExceeded");
  await cluster.clock.run(() => cluster.runtime.running().length === 0, 60_000);
});

test("ttlSecondsAfterFinished removes the Job and its pods", async (t) => {
  const cluster = start(t, { container: () => ({ exitAfter: 100, exitCode: 0 }) });
  cluster.apply(job({ ttlSecondsAfterFinished: 30 }));
  await cluster.clock.advance(20_000);
  assert.equal(condition(cluster, "Complete")?.status, "True");
  await cluster.clock.advance(20_000);
  assert.deepEqual([cluster.objects.list("jobs").length, cluster.pods().length], [0, 0]);
});

test("as many pods as wished run at once, until as many as wished have succeeded", async (t) => {
  const cluster = start(t, { container: () => ({ exitAfter: 2_000, exitCode: 0 }) });
  cluster.apply(job({ parallelism: 2, completions: 5 }));
  let most = 0;
  cluster.objects.subscribe(() => {
    most = Math.max(most, cluster.runtime.running().length);
  });
  await cluster.clock.run(() => condition(cluster, "Complete") !== undefined, 60_000);
  assert.deepEqual([most, found(cluster).status?.succeeded, cluster.pods().length], [2, 5, 5]);
  assert.deepEqual(
    found(cluster).status?.conditions?.map(({ type, reason }) => [type, reason]),
    [
      ["SuccessCriteriaMet", "CompletionsReached"],
      ["Complete", "CompletionsReached"],
    ],
  );
  assert.ok(cluster.pods().every(({ metadata }) => metadata.finalizers === undefined));
});

test("a pod that is deleted counts as failed, and is replaced", async (t) => {
  const cluster = start(t, { container: () => ({ stopsAfter: 3_000 }) });
  cluster.apply(job());
  await cluster.clock.advance(1_000);
  const [first] = cluster.pods();
  assert.deepEqual(first?.metadata.finalizers, ["batch.kubernetes.io/job-tracking"]);
  cluster.objects.remove({ resource: "pods", namespace: NAMESPACE, name: first?.metadata.name ?? "" });
  await cluster.clock.run(
    () =>
      found(cluster).status?.failed === 1 &&
      cluster.pods().every(({ metadata }) => metadata.uid !== first?.metadata.uid),
    30_000,
  );
  await cluster.clock.advance(10_000);
  assert.deepEqual([found(cluster).status?.failed, found(cluster).status?.active, cluster.pods().length], [1, 1, 1]);
});

test("a Job that fails is Failed only when its last pod has gone", async (t) => {
  const cluster = start(t, { container: () => ({ stopsAfter: 8_000 }) });
  cluster.apply(job({ parallelism: 2, completions: 2, activeDeadlineSeconds: 5 }));
  await cluster.clock.run(() => condition(cluster, "FailureTarget") !== undefined, 10_000);
  await cluster.clock.advance(5_000);
  assert.equal(condition(cluster, "Failed"), undefined);
  await cluster.clock.run(() => condition(cluster, "Failed") !== undefined, 10_000);
  const { failed, active } = found(cluster).status ?? {};
  assert.deepEqual([condition(cluster, "Failed")?.reason, failed, active], ["DeadlineExceeded", 2, undefined]);
});

test("a Job is suspended without a failure, and resumed", async (t) => {
  const cluster = start(t);
  cluster.apply(job());
  await cluster.clock.advance(1_000);
  cluster.objects.update("jobs", { ...found(cluster), spec: { ...spec(cluster), suspend: true } });
  await cluster.clock.run(() => cluster.pods().length === 0, 10_000);
  assert.equal(condition(cluster, "Suspended")?.status, "True");
  assert.deepEqual([found(cluster).status?.failed, found(cluster).status?.startTime], [undefined, undefined]);
  cluster.objects.update("jobs", { ...found(cluster), spec: { ...spec(cluster), suspend: false } });
  await cluster.clock.run(() => cluster.runtime.running().length === 1, 10_000);
  assert.equal(condition(cluster, "Suspended")?.status, "False");
  assert.deepEqual(
    cluster.events("Job").filter((event) => /Suspended|Resumed/.test(event)),
    ["Suspended: Job suspended", "Resumed: Job resumed"],
  );
});

test("pods do not outlive a Job that is deleted", async (t) => {
  for (const propagationPolicy of ["Background", "Foreground"] as const) {
    const cluster = start(t);
    cluster.apply(job());
    await cluster.clock.advance(1_000);
    cluster.objects.remove({ resource: "jobs", namespace: NAMESPACE, name: "migrate" }, { propagationPolicy });
    await cluster.clock.advance(60_000);
    assert.deepEqual([cluster.objects.list("jobs").length, cluster.pods().length], [0, 0], propagationPolicy);
  }
});

function spec(cluster: TestCluster): NonNullable<Job["spec"]> {
  const { spec: stored } = found(cluster);
  assert.ok(stored);
  return stored;
}

function job(spec: Partial<NonNullable<Job["spec"]>> = {}): Job {
  const containers = [{ name: "migrate", image: "web:1", command: ["node", "migrate.js"] }];
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "migrate", namespace: NAMESPACE },
    spec: { template: { spec: { restartPolicy: "Never", containers } }, ...spec },
  };
}

function found(cluster: TestCluster): Job {
  const object = cluster.objects.get({ resource: "jobs", namespace: NAMESPACE, name: "migrate" });
  assert.ok(object && isJob(object));
  return object;
}

function condition(cluster: TestCluster, type: string): Condition | undefined {
  return found(cluster).status?.conditions?.find((one) => one.type === type);
}

function start(t: TestContext, options: TestClusterOptions = {}): TestCluster {
  const cluster = startTestCluster(options);
  t.after(() => cluster.stop());
  return cluster;
}
