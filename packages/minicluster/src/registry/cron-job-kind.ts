import { childOf, type JsonObject, listAt, objectAt, textAt } from "../json.ts";
import { isTimeZone, parseCronSchedule, ScheduleError } from "../schedule/cron-schedule.ts";
import type { StatusCause } from "../status.ts";
import { invalidValue, notSupported, required } from "./causes.ts";
import { age, ageColumn, column, nameColumn, textOrNone } from "./columns.ts";
import type { Kind } from "./kind.ts";
import { dnsSubdomainProblems } from "./names.ts";
import { containersOf, defaultTemplate, jobSpecCauses, negatives } from "./workload-kinds.ts";

// Sources: k8s.io/kubernetes/pkg/apis/batch/validation and pkg/apis/batch/v1/defaults.go.

const policies = ["Allow", "Forbid", "Replace"];
/** A Job's name has 63 letters, of which the time takes 11. */
const nameLength = 52;

function scheduleCauses(schedule: string): StatusCause[] {
  if (schedule === "") return [required("spec.schedule")];
  const refuse = (detail: string) => [invalidValue("spec.schedule", schedule, detail)];
  if (schedule.includes("TZ")) return refuse("cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
  try {
    parseCronSchedule(schedule);
    return [];
  } catch (error) {
    if (error instanceof ScheduleError) return refuse(error.message);
    throw error;
  }
}

function timeZoneCauses(zone: unknown): StatusCause[] {
  if (typeof zone !== "string") return [];
  const refuse = (detail: string) => [invalidValue("spec.timeZone", zone, detail)];
  if (zone === "") return refuse("timeZone must be nil or non-empty string");
  if (zone.toLowerCase() === "local") {
    return refuse("timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
  }
  return isTimeZone(zone) ? [] : refuse(`unknown time zone ${zone}`);
}

const jobSpec = (object: JsonObject) => objectAt(object, "spec", "jobTemplate", "spec");

export const cronJobKind: Kind = {
  group: "batch",
  version: "v1",
  kind: "CronJob",
  resource: "cronjobs",
  singular: "cronjob",
  shortNames: ["cj"],
  categories: ["all"],
  namespaced: true,
  schema: "io.k8s.api.batch.v1.CronJob",
  subresources: ["status"],
  generation: true,
  nameProblems: dnsSubdomainProblems,
  defaults(object) {
    const spec = childOf(object, "spec");
    if (textAt(spec, "concurrencyPolicy") === "") spec["concurrencyPolicy"] = "Allow";
    spec["suspend"] ??= false;
    spec["successfulJobsHistoryLimit"] ??= 3;
    spec["failedJobsHistoryLimit"] ??= 1;
    const template = childOf(spec, "jobTemplate");
    childOf(template, "metadata");
    // The Job's own defaults are set when it is made.
    defaultTemplate(childOf(template, "spec"));
  },
  validate(object) {
    const spec = objectAt(object, "spec") ?? {};
    const causes = [
      ...scheduleCauses(textAt(spec, "schedule")),
      ...negatives(spec, ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"]),
      ...timeZoneCauses(spec["timeZone"]),
    ];
    if (!policies.includes(textAt(spec, "concurrencyPolicy"))) {
      causes.push(notSupported("spec.concurrencyPolicy", spec["concurrencyPolicy"], policies));
    }
    const path = "spec.jobTemplate.spec";
    const job = jobSpec(object) ?? {};
    causes.push(...jobSpecCauses(job, path));
    if (job["selector"] !== undefined) {
      causes.push(invalidValue(`${path}.selector`, job["selector"], "`selector` will be auto-generated"));
    }
    if (job["manualSelector"] === true) {
      causes.push(notSupported(`${path}.manualSelector`, true, ["nil", "false"]));
    }
    const name = textAt(object, "metadata", "name");
    if (name.length > nameLength) {
      causes.push(invalidValue("metadata.name", name, `must be no more than ${nameLength} characters`));
    }
    return causes;
  },
  columns: [
    nameColumn,
    column("Schedule", (object) => textAt(object, "spec", "schedule")),
    column("Timezone", (object) => textOrNone(object, "spec", "timeZone")),
    column("Suspend", (object) => (objectAt(object, "spec")?.["suspend"] === true ? "True" : "False"), {
      type: "boolean",
    }),
    column("Active", (object) => listAt(object, "status", "active").length, { type: "integer" }),
    column("Last Schedule", (object, now) => {
      const last = textAt(object, "status", "lastScheduleTime");
      return last === "" ? "<none>" : age(last, now);
    }),
    ageColumn,
    column("Containers", (object) => containersOf(jobSpec(object), "name"), { wide: true }),
    column("Images", (object) => containersOf(jobSpec(object), "image"), { wide: true }),
    column("Selector", () => "<none>", { wide: true }),
  ],
};
