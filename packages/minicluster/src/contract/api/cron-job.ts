import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { type JsonObject, objectAt, objectsAt, textAt } from "../../json.ts";
import type { Register } from "../contract-cluster.ts";
import { dialogues } from "./dialogue.ts";

function cronJob(spec: JsonObject, template: JsonObject = {}): JsonObject {
  const containers = [{ name: "app", image: "registry.invalid/app:1" }];
  // No node has this label.
  const pod = { containers, restartPolicy: "Never", nodeSelector: { "contract.test/none": "" } };
  const jobTemplate = { metadata: { labels: { from: "template" } }, spec: { template: { spec: pod }, ...template } };
  return { metadata: { name: "tick" }, spec: { jobTemplate, ...spec } };
}

const spec = (body: JsonObject) => {
  const { jobTemplate: _, ...rest } = objectAt(body, "spec") ?? {};
  return rest;
};

/** CronJobs; the times themselves are tested in the controller's own tests. */
export function cronJobCases(each: Register): void {
  const talk = dialogues(each, "cron-job");

  talk("a CronJob is completed", async ({ post }) => {
    await post("cronjobs", cronJob({ schedule: "0 0 31 12 *" }));
  });
  talk("schedules are read, or refused with what is wrong", async ({ post }) => {
    for (const schedule of [
      ...["*/5 * * * *", "@daily", "@every 1h30m", "0 0 ? * MON-fri", "1,2-4,10/20 0 1 jan *"],
      ...["", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7"],
      ...["5-1 * * * *", "*/0 * * * *", "a * * * *", "1-2-3 * * * *", "1/2/3 * * * *", "-1 * * * *"],
      ...["@often", "@every soon", "TZ=UTC 0 * * * *"],
    ]) {
      await post("cronjobs?dryRun=All", cronJob({ schedule }), { show: (body) => textAt(body, "spec", "schedule") });
    }
  });
  talk("the other fields are checked", async ({ post }) => {
    const schedule = "@daily";
    for (const wrong of [
      { timeZone: "Europe/Berlin" },
      { timeZone: "Mars/Olympus" },
      { timeZone: "" },
      { timeZone: "Local" },
      { concurrencyPolicy: "Never" },
      { startingDeadlineSeconds: -1 },
      { successfulJobsHistoryLimit: -1 },
    ]) {
      await post("cronjobs?dryRun=All", cronJob({ schedule, ...wrong }), { show: spec });
    }
    await post("cronjobs?dryRun=All", cronJob({ schedule }, { selector: { matchLabels: { a: "b" } } }));
    await post("cronjobs?dryRun=All", cronJob({ schedule }, { parallelism: -1 }));
    await post("cronjobs?dryRun=All", { ...cronJob({ schedule }), metadata: { name: "x".repeat(53) } });
  });
  each(
    "a CronJob that is not suspended makes a Job of its template at its time",
    async ({ client }, namespace) => {
      const path = `/apis/batch/v1/namespaces/${namespace}`;
      const made = await client.request("POST", `${path}/cronjobs`, {
        body: cronJob({ schedule: "* * * * *", suspend: true }),
      });
      assert.equal(made.code, 201, made.text);
      const change = { spec: { suspend: false } };
      const contentType = "application/merge-patch+json";
      await client.request("PATCH", `${path}/cronjobs/tick`, { body: change, contentType });
      const uid = textAt(made.body, "metadata", "uid");
      const deadline = Date.now() + 100_000;
      let jobs: readonly JsonObject[] = [];
      while (jobs.length === 0 && Date.now() < deadline) {
        jobs = objectsAt((await client.request("GET", `${path}/jobs`)).body, "items");
        await pause(200);
      }
      const [job] = jobs;
      const annotations = objectAt(job, "metadata", "annotations");
      const time = Date.parse(textAt(annotations, "batch.kubernetes.io/cronjob-scheduled-timestamp"));
      const name = `tick-${time / 60_000}`;
      assert.equal(textAt(job, "metadata", "name"), name);
      const labels = objectAt(job, "metadata", "labels");
      assert.equal(textAt(labels, "from"), "template");
      assert.deepEqual(objectsAt(job, "metadata", "ownerReferences"), [
        { apiVersion: "batch/v1", kind: "CronJob", name: "tick", uid, controller: true, blockOwnerDeletion: true },
      ]);
      let status: JsonObject = {};
      while (textAt(status, "lastScheduleTime") === "" && Date.now() < deadline) {
        status = objectAt((await client.request("GET", `${path}/cronjobs/tick`)).body, "status") ?? {};
        await pause(100);
      }
      assert.equal(Date.parse(textAt(status, "lastScheduleTime")), time);
      const [{ resourceVersion: _, ...active } = {}] = objectsAt(status, "active");
      const own = textAt(job, "metadata", "uid");
      assert.deepEqual(active, { apiVersion: "batch/v1", kind: "Job", name, namespace, uid: own });
    },
    { timeoutMilliseconds: 150_000 },
  );
}
