import assert from "node:assert/strict";
import { isReady } from "@fairway/objects";
import type { Register } from "../contract-cluster.ts";
import { cronJobs, jobs, pods, type Stage, stageIn } from "../stage.ts";
import { container, podSpec } from "./objects.ts";
import { conditionOf, conditionsOf } from "./statuses.ts";

/** Jobs end; CronJobs make them. */
export function jobCases(each: Register): void {
  const test = (title: string, body: (stage: Stage) => Promise<void>, timeoutMilliseconds = 180_000): void =>
    each(title, (cluster, namespace) => body(stageIn(cluster, namespace)), { timeoutMilliseconds });

  test("a Job that ends well is Complete", async (stage) => {
    await stage.create(jobs, job(stage, "console.log('done')"));
    const done = await stage.until(jobs, "j", "complete", (j) => conditionOf(j, "Complete") && j);
    assert.deepEqual(conditionsOf(done), [
      "Complete=True CompletionsReached",
      "SuccessCriteriaMet=True CompletionsReached",
    ]);
    assert.equal(conditionOf(done, "Complete")?.message, "Reached expected number of succeeded pods");
    assert.deepEqual([done.status?.succeeded, done.status?.active ?? 0, done.status?.failed ?? 0], [1, 0, 0]);
    assert.ok(Date.parse(done.status?.completionTime ?? "") >= Date.parse(done.status?.startTime ?? ""));
    const [one] = await stage.list(pods);
    const uid = done.metadata.uid;
    assert.deepEqual(one?.metadata.labels, {
      "batch.kubernetes.io/controller-uid": uid,
      "batch.kubernetes.io/job-name": "j",
      "controller-uid": uid,
      "job-name": "j",
    });
    assert.match(one?.metadata.name ?? "", /^j-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    await stage.untilTold("j", /^Normal SuccessfulCreate: Created pod: j-/);
    await stage.untilTold("j", /^Normal Completed: Job completed$/);
  });

  test("so many completions, so many at a time", async (stage) => {
    const recording = await stage.record(pods);
    await stage.create(jobs, job(stage, "setTimeout(() => {}, 800)", { completions: 3, parallelism: 2 }));
    const done = await stage.until(jobs, "j", "complete", (j) => conditionOf(j, "Complete") && j);
    recording.close();
    assert.equal(done.status?.succeeded, 3);
    const active = new Set<string>();
    let most = 0;
    for (const { object } of recording.seen) {
      const { name } = object.metadata;
      if (object.status?.phase === "Pending" || object.status?.phase === "Running") active.add(name);
      else active.delete(name);
      most = Math.max(most, active.size);
    }
    assert.equal(most, 2);
    assert.equal((await stage.list(pods)).length, 3);
  });

  test("a Job that fails too often has Failed", async (stage) => {
    await stage.create(jobs, job(stage, "process.exit(1)", { backoffLimit: 0 }));
    const failed = await stage.until(jobs, "j", "failed", (j) => conditionOf(j, "Failed") && j);
    assert.deepEqual(conditionsOf(failed), [
      "Failed=True BackoffLimitExceeded",
      "FailureTarget=True BackoffLimitExceeded",
    ]);
    assert.equal(conditionOf(failed, "Failed")?.message, "Job has reached the specified backoff limit");
    assert.deepEqual([failed.status?.failed, failed.status?.succeeded ?? 0], [1, 0]);
    await stage.untilTold("j", /^Warning BackoffLimitExceeded: Job has reached the specified backoff limit$/);
  });

  test("a Job tries again with another pod", async (stage) => {
    await stage.create(jobs, job(stage, "process.exit(1)", { backoffLimit: 1 }));
    const failed = await stage.until(jobs, "j", "failed", (j) => conditionOf(j, "Failed") && j);
    assert.equal(failed.status?.failed, 2);
    assert.equal((await stage.list(pods)).length, 2);
  });

  test("a Job that takes too long has Failed, and its pods go", async (stage) => {
    await stage.create(jobs, job(stage, "setInterval(() => {}, 1000)", { activeDeadlineSeconds: 2 }));
    const failed = await stage.until(jobs, "j", "failed", (j) => conditionOf(j, "Failed") && j);
    const condition = conditionOf(failed, "Failed");
    assert.deepEqual(
      [condition?.reason, condition?.message],
      ["DeadlineExceeded", "Job was active longer than specified deadline"],
    );
    await stage.eventually("no pod is left", async () => (await stage.list(pods)).length === 0);
    await stage.untilTold("j", /^Warning DeadlineExceeded: Job was active longer than specified deadline$/);
  });

  test("a Job goes some time after its end", async (stage) => {
    await stage.create(jobs, job(stage, "", { ttlSecondsAfterFinished: 1 }));
    await stage.untilGone(jobs, "j");
    await stage.eventually("no pod is left", async () => (await stage.list(pods)).length === 0);
  });

  test("a suspended Job waits, and one that is suspended later loses its pods", async (stage) => {
    await stage.create(jobs, job(stage, "setInterval(() => {}, 1000)", { suspend: true }));
    const waiting = await stage.until(jobs, "j", "suspended", (j) => conditionOf(j, "Suspended") && j);
    assert.deepEqual(
      [conditionOf(waiting, "Suspended")?.status, conditionOf(waiting, "Suspended")?.reason],
      ["True", "JobSuspended"],
    );
    assert.equal((await stage.list(pods)).length, 0);
    assert.equal(waiting.status?.startTime, undefined);
    await stage.patch(jobs, "j", { spec: { suspend: false } });
    const resumed = await stage.until(jobs, "j", "active", (j) => j.status?.active === 1 && j);
    assert.deepEqual(
      [conditionOf(resumed, "Suspended")?.status, conditionOf(resumed, "Suspended")?.reason],
      ["False", "JobResumed"],
    );
    await stage.eventually("its pod runs", async () => (await stage.list(pods)).some(isReady));
    await stage.patch(jobs, "j", { spec: { suspend: true } });
    await stage.eventually("no pod is left", async () => (await stage.list(pods)).length === 0);
    await stage.untilTold("j", /^Normal Suspended: Job suspended$/);
    await stage.untilTold("j", /^Normal Resumed: Job resumed$/);
  });

  test("a Job of policy OnFailure starts the container again", async (stage) => {
    await stage.create(jobs, job(stage, "process.exit(1)", { backoffLimit: 1 }, "OnFailure"));
    const failed = await stage.until(jobs, "j", "failed", (j) => conditionOf(j, "Failed") && j);
    assert.equal(conditionOf(failed, "Failed")?.reason, "BackoffLimitExceeded");
  });

  test("a Job's deletion takes its pods along", async (stage) => {
    await stage.create(jobs, job(stage, "setInterval(() => {}, 1000)"));
    await stage.until(jobs, "j", "active", (j) => j.status?.active === 1);
    await stage.remove(jobs, "j", { propagationPolicy: "Background" });
    await stage.eventually("no pod is left", async () => (await stage.list(pods)).length === 0);
  });

  test("a CronJob makes a Job each minute and keeps the last ones", async (stage) => {
    const spec = {
      schedule: "* * * * *",
      jobTemplate: { spec: { ttlSecondsAfterFinished: 600, ...jobSpec(stage, "console.log('tick')") } },
    };
    const suspended = { metadata: { name: "asleep" }, spec: { ...spec, suspend: true } };
    await stage.create(cronJobs, suspended);
    await stage.create(cronJobs, { metadata: { name: "c" }, spec });
    const made = await stage.eventually(
      "a Job",
      async () => {
        const [first] = await stage.list(jobs);
        return first;
      },
      75_000,
    );
    const [owner] = made.metadata.ownerReferences ?? [];
    assert.deepEqual([owner?.kind, owner?.name, owner?.controller], ["CronJob", "c", true]);
    assert.match(made.metadata.name, /^c-\d{8}$/);
    const minute = Number(made.metadata.name.slice(2)) * 60_000;
    assert.equal(
      Date.parse(made.metadata.annotations?.["batch.kubernetes.io/cronjob-scheduled-timestamp"] ?? ""),
      minute,
    );
    await stage.until(jobs, made.metadata.name, "complete", (j) => conditionOf(j, "Complete"));
    const cron = await stage.until(
      cronJobs,
      "c",
      "success",
      (c) => JSON.stringify(c["status"]).includes("lastSuccessfulTime") && c,
    );
    assert.ok(
      JSON.stringify(cron["status"]).includes(
        `"lastScheduleTime":"${new Date(minute).toISOString().replace(".000", "")}"`,
      ),
    );
    await stage.untilTold("c", new RegExp(`^Normal SuccessfulCreate: Created job ${made.metadata.name}$`));
    await stage.untilTold(
      "c",
      new RegExp(`^Normal SawCompletedJob: Saw completed job: ${made.metadata.name}, condition: Complete$`),
    );
    assert.ok((await stage.list(jobs)).every(({ metadata }) => metadata.name.startsWith("c-")));
  }, 120_000);
}

function jobSpec(stage: Stage, script: string, fields: object = {}, restartPolicy = "Never"): object {
  return { ...fields, template: { spec: podSpec([container(stage, script)], { restartPolicy }) } };
}

function job(stage: Stage, script: string, fields: object = {}, restartPolicy = "Never"): object {
  return { metadata: { name: "j" }, spec: jobSpec(stage, script, fields, restartPolicy) };
}
