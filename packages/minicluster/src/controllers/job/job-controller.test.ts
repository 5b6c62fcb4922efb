import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Condition, isJob, type Job } from "@fairway/objects";
import {
  NAMESPACE,
  type SimulatedCluster,
  type SimulatedClusterOptions,
  startSimulatedCluster,
} from "../../testing/simulated-cluster.ts";

test("a Job that succeeds is Complete", async (t) => {
  const cluster = start(t, { container: () => ({ exitAfter: 2_000, exitCode: 0 }) });
  cluster.apply(job());
  await cluster.clock.advanceUntil(() => condition(cluster, "Complete") !== undefined, 10_000);
  const { status } = found(cluster);
  assert.equal(status?.succeeded, 1);
  assert.ok(status?.startTime && status.completionTime);
});

test("a Job whose pods fail is tried backoffLimit times more, then Failed", async (t) => {
  const cluster = start(t, { container: () => ({ exitAfter: 100, exitCode: 2 }) });
  cluster.apply(job({ backoffLimit: 2 }));
  await cluster.clock.advanceUntil(() => condition(cluster, "Failed") !== undefined, 30_000);
  assert.equal(condition(cluster, "Failed")?.reason, "BackoffLimitExceeded");
  assert.equal(cluster.pods().length, 3);
  await cluster.clock.advance(60_000);
  assert.equal(cluster.pods().length, 3);
});

test("activeDeadlineSeconds ends a Job that hangs", async (t) => {
  const cluster = start(t);
  cluster.apply(job({ activeDeadlineSeconds: 5 }));
  await cluster.clock.advanceUntil(() => condition(cluster, "Failed") !== undefined, 10_000);
  assert.equal(condition(cluster, "Failed")?.reason, "DeadlineExceeded");
  await cluster.clock.advanceUntil(() => cluster.runtime.running().length === 0, 60_000);
});

test("ttlSecondsAfterFinished removes the Job and its pods", async (t) => {
  const cluster = start(t, { container: () => ({ exitAfter: 100, exitCode: 0 }) });
  cluster.apply(job({ ttlSecondsAfterFinished: 30 }));
  await cluster.clock.advance(20_000);
  assert.equal(condition(cluster, "Complete")?.status, "True");
  await cluster.clock.advance(20_000);
  assert.deepEqual([cluster.objects.list("jobs").length, cluster.pods().length], [0, 0]);
});

function job(spec: Partial<NonNullable<Job["spec"]>> = {}): Job {
  const containers = [{ name: "migrate", image: "web:1", command: ["node", "migrate.js"] }];
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "migrate", namespace: NAMESPACE },
    spec: { template: { spec: { restartPolicy: "Never", containers } }, ...spec },
  };
}

function found(cluster: SimulatedCluster): Job {
  const object = cluster.objects.get({ resource: "jobs", namespace: NAMESPACE, name: "migrate" });
  assert.ok(object && isJob(object));
  return object;
}

function condition(cluster: SimulatedCluster, type: string): Condition | undefined {
  return found(cluster).status?.conditions?.find((one) => one.type === type);
}

function start(t: TestContext, options: SimulatedClusterOptions = {}): SimulatedCluster {
  const cluster = startSimulatedCluster(options);
  t.after(() => cluster.stop());
  return cluster;
}
