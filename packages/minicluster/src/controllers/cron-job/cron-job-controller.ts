import { isJob, type Job, type KubernetesObject } from "@fairway/objects";
import { type Clock, timestamp } from "../../clock/clock.ts";
import {
  childOf,
  copyOf,
  equalJson,
  isObject,
  type Json,
  type JsonObject,
  numberAt,
  objectAt,
  objectsAt,
  stringsAt,
  textAt,
} from "../../json.ts";
import type { ObjectsApi } from "../../objects-api.ts";
import { type CronSchedule, parseCronSchedule } from "../../schedule/cron-schedule.ts";
import { ApiError } from "../../status.ts";
import { conditionOf } from "../conditions.ts";
import type { Controller } from "../controller.ts";
import type { EventRecorder } from "../event-recorder.ts";
import { controllerOf, isControlledBy, keyOf, ownerReference, refOfKey, timeOf } from "../object-key.ts";
import { dueTime } from "./schedule-times.ts";

// Source: k8s.io/kubernetes/pkg/controller/cronjob/cronjob_controllerv2.go.

const MANAGER = "cronjob-controller";
/** A time that has come must have passed when it is looked for. */
const AFTER_DUE_MILLISECONDS = 100;

/** Makes Jobs at the times of CronJobs, and deletes old ones. */
export function cronJobController(objects: ObjectsApi, clock: Clock, events: EventRecorder): Controller {
  return {
    name: MANAGER,
    resources: ["cronjobs"],
    keysOf({ type, resource, object }) {
      if (resource === "cronjobs") return type === "DELETED" ? [] : [keyOf(object)];
      const owner = resource === "jobs" ? controllerOf(object) : undefined;
      return owner?.kind === "CronJob" ? [`${object.metadata.namespace}/${owner.name}`] : [];
    },
    reconcile(key) {
      const found = objects.get(refOfKey("cronjobs", key));
      if (found === undefined || !isObject(found)) return;
      const status = copyOf(objectAt(found, "status") ?? {});
      const again = sync(found, found, status, jobsOf(found));
      cleanUp(found, found, status, jobsOf(found));
      if (objectsAt(status, "active").length === 0) delete status["active"];
      if (!equalJson(status, objectAt(found, "status") ?? {})) {
        objects.update("cronjobs", { ...found, status }, { manager: MANAGER, subresource: "status" });
      }
      return again;
    },
  };

  function jobsOf(owner: KubernetesObject): readonly Job[] {
    const { namespace } = owner.metadata;
    return objects
      .list("jobs", namespace === undefined ? {} : { namespace })
      .filter(isJob)
      .filter((job) => isControlledBy(job, owner));
  }

  /** Brings the list of active Jobs up to date, and starts what is due. Returns when to look again. */
  function sync(
    owner: KubernetesObject,
    cron: JsonObject,
    status: JsonObject,
    jobs: readonly Job[],
  ): number | undefined {
    lookAtJobs(owner, status, jobs);
    if (owner.metadata.deletionTimestamp !== undefined || objectAt(cron, "spec")?.["suspend"] === true) return;
    const now = clock.now();
    const schedule = parseCronSchedule(textAt(cron, "spec", "schedule"), textAt(cron, "spec", "timeZone") || undefined);
    const since = timeOf(textAt(status, "lastScheduleTime")) ?? timeOf(owner.metadata.creationTimestamp) ?? now;
    const seconds = numberAt(cron, "spec", "startingDeadlineSeconds");
    const startingDeadline = seconds === undefined ? undefined : seconds * 1000;
    const { time, tooManyMissed } = dueTime(schedule, { since, now, startingDeadline });
    if (tooManyMissed) {
      const advice = "Set or decrease .spec.startingDeadlineSeconds or check clock skew";
      events.record(owner, "Warning", "TooManyMissedTimes", `too many missed start times. ${advice}`);
    }
    if (time !== undefined) start(owner, cron, status, time);
    return untilNext(schedule, now);
  }

  function untilNext(schedule: CronSchedule, now: number): number | undefined {
    const next = schedule.next(now);
    // Timers do not reach further than 24 days.
    return next === undefined ? undefined : Math.min(next - now + AFTER_DUE_MILLISECONDS, 86_400_000);
  }

  function lookAtJobs(owner: KubernetesObject, status: JsonObject, jobs: readonly Job[]): void {
    for (const job of jobs) {
      const known = objectsAt(status, "active").some((one) => one["uid"] === job.metadata.uid);
      const end = finished(job);
      if (end === undefined) {
        if (!known) {
          const words = `Saw a job that the controller did not create or forgot: ${job.metadata.name}`;
          events.record(owner, "Warning", "UnexpectedJob", words);
        }
        continue;
      }
      if (known) {
        forget(status, job.metadata.uid);
        const words = `Saw completed job: ${job.metadata.name}, condition: ${end}`;
        events.record(owner, "Normal", "SawCompletedJob", words);
      }
      const completed = end === "Complete" ? job.status?.completionTime : undefined;
      const before = timeOf(textAt(status, "lastSuccessfulTime"));
      if (completed !== undefined && (before === undefined || (timeOf(completed) ?? 0) > before)) {
        status["lastSuccessfulTime"] = completed;
      }
    }
    for (const active of objectsAt(status, "active")) {
      if (jobs.some((job) => job.metadata.uid === active["uid"])) continue;
      events.record(owner, "Normal", "MissingJob", `Active job went missing: ${textAt(active, "name")}`);
      forget(status, textAt(active, "uid"));
    }
  }

  function start(owner: KubernetesObject, cron: JsonObject, status: JsonObject, time: number): void {
    const name = `${owner.metadata.name}-${Math.floor(time / 60_000)}`;
    const active = objectsAt(status, "active");
    const served = timeOf(textAt(status, "lastScheduleTime")) === time;
    if (served || active.some((one) => one["name"] === name)) return;
    const policy = textAt(cron, "spec", "concurrencyPolicy");
    if (policy === "Forbid" && active.length > 0) {
      const words = "Not starting job because prior execution is running and concurrency policy is Forbid";
      events.record(owner, "Normal", "JobAlreadyActive", words);
      return;
    }
    if (policy === "Replace") for (const one of active) removeJob(owner, status, textAt(one, "name"));
    const job = create(owner, jobOf(owner, cron, name, time));
    if (job === undefined) return;
    const reference: JsonObject = {
      apiVersion: "batch/v1",
      kind: "Job",
      name,
      namespace: owner.metadata.namespace ?? "",
      resourceVersion: job.metadata.resourceVersion ?? "",
      uid: job.metadata.uid ?? "",
    };
    status["active"] = [...objectsAt(status, "active"), reference];
    status["lastScheduleTime"] = timestamp(time);
  }

  /** The Job, also when it is there already because a kill came before the status; undefined when it is another's. */
  function create(owner: KubernetesObject, job: KubernetesObject): KubernetesObject | undefined {
    try {
      const created = objects.create("jobs", job, { manager: MANAGER });
      events.record(owner, "Normal", "SuccessfulCreate", `Created job ${job.metadata.name}`);
      return created;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.reason !== "AlreadyExists") {
        events.record(owner, "Warning", "FailedCreate", `Error creating job: ${error.message}`);
        return undefined;
      }
      const known = objects.get(refOfKey("jobs", keyOf(job)));
      return known !== undefined && isControlledBy(known, owner) ? known : undefined;
    }
  }

  function removeJob(owner: KubernetesObject, status: JsonObject, name: string): void {
    const ref = refOfKey("jobs", keyOf({ ...owner, metadata: { ...owner.metadata, name } }));
    const job = objects.get(ref);
    if (job === undefined) return;
    objects.remove(ref, { propagationPolicy: "Background" });
    forget(status, job.metadata.uid);
    events.record(owner, "Normal", "SuccessfulDelete", `Deleted job ${name}`);
  }

  /** Keeps only the newest finished Jobs. */
  function cleanUp(owner: KubernetesObject, cron: JsonObject, status: JsonObject, jobs: readonly Job[]): void {
    for (const [end, field] of [
      ["Complete", "successfulJobsHistoryLimit"],
      ["Failed", "failedJobsHistoryLimit"],
    ] as const) {
      const limit = numberAt(cron, "spec", field);
      if (limit === undefined) continue;
      const oldestFirst = jobs
        .filter((job) => finished(job) === end && job.metadata.deletionTimestamp === undefined)
        .sort((a, b) => startOf(a) - startOf(b) || (a.metadata.name < b.metadata.name ? -1 : 1));
      for (const job of oldestFirst.slice(0, Math.max(0, oldestFirst.length - limit))) {
        removeJob(owner, status, job.metadata.name);
      }
    }
  }
}

function jobOf(owner: KubernetesObject, cron: JsonObject, name: string, time: number): KubernetesObject {
  const template = objectAt(cron, "spec", "jobTemplate");
  const zone = textAt(cron, "spec", "timeZone") || "UTC";
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace: owner.metadata.namespace ?? "",
      labels: stringsAt(template, "metadata", "labels"),
      annotations: {
        ...stringsAt(template, "metadata", "annotations"),
        "batch.kubernetes.io/cronjob-scheduled-timestamp": zonedTimestamp(time, zone),
      },
      ownerReferences: [ownerReference(owner)],
    },
    spec: copyOf(childOf(copyOf(template ?? {}), "spec")),
  };
}

/** RFC 3339 with the offset of the zone: `2026-03-01T08:00:00+01:00`. */
function zonedTimestamp(time: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  const offset =
    format
      .formatToParts(time)
      .find(({ type }) => type === "timeZoneName")
      ?.value.slice("GMT".length) ?? "";
  if (offset === "") return timestamp(time);
  const [hours = 0, minutes = 0] = offset.slice(1).split(":").map(Number);
  const shift = (hours * 60 + minutes) * (offset.startsWith("-") ? -60_000 : 60_000);
  return timestamp(time + shift).replace("Z", offset);
}

function forget(status: JsonObject, uid: string | undefined): void {
  status["active"] = objectsAt(status, "active").filter((one): one is JsonObject & Json => one["uid"] !== uid);
}

function finished(job: Job): "Complete" | "Failed" | undefined {
  return (["Complete", "Failed"] as const).find((type) => conditionOf(job.status?.conditions, type)?.status === "True");
}

function startOf(job: Job): number {
  return timeOf(job.status?.startTime) ?? Number.POSITIVE_INFINITY;
}
