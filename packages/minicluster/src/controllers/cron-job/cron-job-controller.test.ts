import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { isJob, type Job } from "@fairway/objects";
import { isObject, type JsonObject, objectAt, objectsAt, textAt } from "../../json.ts";
import { NAMESPACE, startTestCluster, type TestCluster, type TestClusterOptions } from "../../testing/test-cluster.ts";

const MINUTE = 60_000;

test("a Job is made at each time, named after its minute", async (t) => {
  const cluster = start(t, { container: () => ({ exitAfter: 2_000, exitCode: 0 }) });
  cluster.apply(cronJob({ schedule: "*/2 * * * *", timeZone: "Europe/Berlin" }));
  const begin = cluster.clock.now();
  await cluster.clock.advance(5 * MINUTE);
  const [first, second] = [begin + 2 * MINUTE, begin + 4 * MINUTE];
  assert.deepEqual(names(cluster), [`report-${first / MINUTE}`, `report-${second / MINUTE}`]);
  const [job] = jobs(cluster);
  assert.equal(
    job?.metadata.annotations?.["batch.kubernetes.io/cronjob-scheduled-timestamp"],
    "2030-01-01T01:02:00+01:00",
  );
  assert.equal(job?.metadata.ownerReferences?.[0]?.kind, "CronJob");
  const { lastScheduleTime, lastSuccessfulTime, active } = status(cluster);
  assert.equal(lastScheduleTime, "2030-01-01T00:04:00Z");
  assert.equal(active, undefined);
  assert.ok(typeof lastSuccessfulTime === "string" && lastSuccessfulTime > "2030-01-01T00:04:00Z");
  assert.deepEqual(cluster.events("CronJob").slice(0, 2), [
    `SuccessfulCreate: Created job report-${first / MINUTE}`,
    `SawCompletedJob: Saw completed job: report-${first / MINUTE}, condition: Complete`,
  ]);
});

test("Forbid waits for the Job that runs, Replace ends it, Allow lets both run", async (t) => {
  const counts: Record<string, number> = {};
  for (const concurrencyPolicy of ["Forbid", "Replace", "Allow"]) {
    const cluster = start(t);
    cluster.apply(cronJob({ schedule: "* * * * *", concurrencyPolicy }));
    await cluster.clock.advance(2 * MINUTE + 30_000);
    counts[concurrencyPolicy] = jobs(cluster).length;
    const last = concurrencyPolicy === "Forbid" ? 1 : 2;
    const minute = Date.UTC(2030, 0, 1) / MINUTE + last;
    assert.ok(names(cluster).includes(`report-${minute}`), concurrencyPolicy);
  }
  assert.deepEqual(counts, { Forbid: 1, Replace: 1, Allow: 2 });
});

test("nothing starts while it is suspended; afterwards only the newest time is made up for", async (t) => {
  const cluster = start(t);
  cluster.apply(cronJob({ schedule: "* * * * *", suspend: true }));
  await cluster.clock.advance(5 * MINUTE);
  assert.deepEqual(names(cluster), []);
  cluster.apply(cronJob({ schedule: "* * * * *", suspend: false }));
  await cluster.clock.advance(1_000);
  assert.deepEqual(names(cluster), [`report-${Date.UTC(2030, 0, 1) / MINUTE + 5}`]);
});

test("a start that is later than startingDeadlineSeconds is left out", async (t) => {
  const cluster = start(t);
  const spec = { schedule: "0 * * * *", startingDeadlineSeconds: 120 };
  cluster.apply(cronJob({ ...spec, suspend: true }));
  await cluster.clock.advance(65 * MINUTE);
  cluster.apply(cronJob({ ...spec, suspend: false }));
  await cluster.clock.advance(10 * MINUTE);
  assert.deepEqual(names(cluster), []);
  await cluster.clock.advance(46 * MINUTE);
  assert.equal(names(cluster).length, 1);
});

test("only so many finished Jobs are kept", async (t) => {
  const cluster = start(t, { container: () => ({ exitAfter: 1_000, exitCode: 0 }) });
  cluster.apply(cronJob({ schedule: "* * * * *", successfulJobsHistoryLimit: 2 }));
  await cluster.clock.advance(6 * MINUTE + 30_000);
  const minute = Date.UTC(2030, 0, 1) / MINUTE;
  assert.deepEqual(names(cluster), [`report-${minute + 5}`, `report-${minute + 6}`]);
  assert.equal(cluster.pods().length, 2);
});

test("a CronJob that goes takes its Jobs and pods with it", async (t) => {
  const cluster = start(t);
  cluster.apply(cronJob({ schedule: "* * * * *" }));
  await cluster.clock.advance(MINUTE + 1_000);
  cluster.objects.remove(
    { resource: "cronjobs", namespace: NAMESPACE, name: "report" },
    { propagationPolicy: "Background" },
  );
  await cluster.clock.advance(MINUTE);
  assert.deepEqual([names(cluster), cluster.pods().length], [[], 0]);
});

function cronJob(spec: JsonObject) {
  const containers = [{ name: "app", image: "web:1", command: ["node", "report.js"] }];
  const template = { spec: { restartPolicy: "Never", containers } };
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "report", namespace: NAMESPACE },
    spec: { ...spec, jobTemplate: { spec: { template } } },
  };
}

function jobs(cluster: TestCluster): readonly Job[] {
  return cluster.objects.list("jobs", { namespace: NAMESPACE }).filter(isJob);
}

function names(cluster: TestCluster): readonly string[] {
  return jobs(cluster)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name);
}

function status(cluster: TestCluster) {
  const found = cluster.objects.get({ resource: "cronjobs", namespace: NAMESPACE, name: "report" });
  const stored = found && isObject(found) ? objectAt(found, "status") : undefined;
  const active = objectsAt(stored, "active");
  return {
    lastScheduleTime: textAt(stored, "lastScheduleTime"),
    lastSuccessfulTime: textAt(stored, "lastSuccessfulTime"),
    active: active.length === 0 ? undefined : active,
  };
}

function start(t: TestContext, options: TestClusterOptions = {}): TestCluster {
  const cluster = startTestCluster(options);
  t.after(() => cluster.stop());
  return cluster;
}
