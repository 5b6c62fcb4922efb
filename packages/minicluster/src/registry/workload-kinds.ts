import { at, childOf, equalJson, type JsonObject, numberAt, objectAt, objectsAt, stringsAt, textAt } from "../json.ts";
import type { StatusCause } from "../status.ts";
import { forbiddenField, invalidValue, notSupported, required } from "./causes.ts";
import { ageColumn, column, humanDuration, nameColumn } from "./columns.ts";
import type { Column, Kind } from "./kind.ts";
import { selectorOf, selects } from "./label-selector.ts";
import { dnsSubdomainProblems } from "./names.ts";
import { defaultPodSpec } from "./pod-spec-defaults.ts";
import { podTemplateCauses } from "./pod-spec-validation.ts";
import { selectorCauses } from "./selector-validation.ts";
import { shownSelector } from "./shown-selector.ts";

const notNegative = "must be greater than or equal to 0";

/** Rules of numbers that may not be below 0; `path` is where `spec` stands. */
export function negatives(spec: JsonObject, fields: readonly string[], path = "spec"): StatusCause[] {
  return fields.flatMap((field) => {
    const value = numberAt(spec, field);
    return value !== undefined && value < 0 ? [invalidValue(`${path}.${field}`, value, notNegative)] : [];
  });
}

/** Defaults of the pod template in the spec of a workload. */
export function defaultTemplate(spec: JsonObject): void {
  const template = childOf(spec, "template");
  childOf(template, "metadata");
  defaultPodSpec(childOf(template, "spec"));
}

function templateSelectorCauses(spec: JsonObject): StatusCause[] {
  const labels = at(spec, "template", "metadata", "labels");
  const unmatched = () =>
    invalidValue("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
  const selector = objectAt(spec, "selector");
  if (selector === undefined) return [required("spec.selector"), unmatched()];
  const causes = selectorCauses(selector, "spec.selector");
  if (causes.length > 0) causes.push(invalidValue("spec.selector", selector, "invalid label selector"));
  else if (selectorOf(selector).length === 0) {
    causes.push(invalidValue("spec.selector", selector, "empty selector is invalid for deployment"));
  } else if (!selects(selectorOf(selector), stringsAt(spec, "template", "metadata", "labels"))) {
    causes.push(unmatched());
  }
  return causes;
}

function replicatedCauses(object: JsonObject): StatusCause[] {
  const spec = objectAt(object, "spec") ?? {};
  const template = objectAt(spec, "template") ?? {};
  const causes = [
    ...negatives(spec, ["replicas", "minReadySeconds"]),
    ...templateSelectorCauses(spec),
    ...podTemplateCauses(template, "spec.template", ["Always"]),
  ];
  if (at(template, "spec", "activeDeadlineSeconds") !== undefined) {
    const field = "spec.template.spec.activeDeadlineSeconds";
    causes.push(forbiddenField(field, "activeDeadlineSeconds in ReplicaSet is not Supported"));
  }
  return causes;
}

function immutable(object: JsonObject, previous: JsonObject, fields: readonly string[]): StatusCause[] {
  return fields
    .filter((field) => !equalJson(at(object, "spec", field), at(previous, "spec", field)))
    .map((field) => invalidValue(`spec.${field}`, at(object, "spec", field), "field is immutable"));
}

function percentOrNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const match = typeof value === "string" ? /^(\d+)%$/.exec(value) : null;
  return match === null ? undefined : Number(match[1]);
}

function strategyCauses(spec: JsonObject): StatusCause[] {
  const type = textAt(spec, "strategy", "type");
  const rolling = objectAt(spec, "strategy", "rollingUpdate");
  const field = "spec.strategy.rollingUpdate";
  if (type === "Recreate") {
    return rolling === undefined
      ? []
      : [forbiddenField(field, "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (type !== "RollingUpdate") {
    // Shown as the API server does, with the names of its own fields.
    const shown = { Type: type, RollingUpdate: null };
    return [notSupported("spec.strategy", shown, ["Recreate", "RollingUpdate"])];
  }
  const causes: StatusCause[] = [];
  for (const name of ["maxUnavailable", "maxSurge"]) {
    const value = rolling?.[name];
    const number = percentOrNumber(value);
    if (number === undefined) {
      const detail =
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
      causes.push(invalidValue(`${field}.${name}`, value, detail));
    } else if (number < 0) causes.push(invalidValue(`${field}.${name}`, number, notNegative));
  }
  const unavailable = rolling?.["maxUnavailable"];
  if (percentOrNumber(unavailable) === 0 && percentOrNumber(rolling?.["maxSurge"]) === 0) {
    causes.push(invalidValue(`${field}.maxUnavailable`, unavailable, "may not be 0 when `maxSurge` is 0"));
  }
  if (typeof unavailable === "string" && (percentOrNumber(unavailable) ?? 0) > 100) {
    causes.push(invalidValue(`${field}.maxUnavailable`, unavailable, "must not be greater than 100%"));
  }
  return causes;
}

/** Names or images of the containers in a workload's pod template, as `kubectl get -o wide` writes them. */
export function containersOf(spec: JsonObject | undefined, field: "name" | "image"): string {
  return objectsAt(spec, "template", "spec", "containers")
    .map((container) => textAt(container, field))
    .join(",");
}

const wideColumns: readonly Column[] = [
  column("Containers", (object) => containersOf(objectAt(object, "spec"), "name"), { wide: true }),
  column("Images", (object) => containersOf(objectAt(object, "spec"), "image"), { wide: true }),
  column("Selector", (object) => shownSelector(objectAt(object, "spec", "selector")), { wide: true }),
];

const statusNumber = (field: string) => (object: JsonObject) => numberAt(object, "status", field) ?? 0;

const apps = {
  group: "apps",
  version: "v1",
  categories: ["all"],
  namespaced: true,
  subresources: ["status", "scale"],
  generation: true,
  nameProblems: dnsSubdomainProblems,
} as const;

export const deploymentKind: Kind = {
  ...apps,
  kind: "Deployment",
  resource: "deployments",
  singular: "deployment",
  shortNames: ["deploy"],
  schema: "io.k8s.api.apps.v1.Deployment",
  defaults(object) {
    const spec = childOf(object, "spec");
    spec["replicas"] ??= 1;
    const strategy = childOf(spec, "strategy");
    strategy["type"] ??= "RollingUpdate";
    if (strategy["type"] === "RollingUpdate") {
      const rolling = childOf(strategy, "rollingUpdate");
      rolling["maxUnavailable"] ??= "25%";
      rolling["maxSurge"] ??= "25%";
    }
    spec["revisionHistoryLimit"] ??= 10;
    spec["progressDeadlineSeconds"] ??= 600;
    defaultTemplate(spec);
  },
  validate(object) {
    const spec = objectAt(object, "spec") ?? {};
    const causes = [
      ...replicatedCauses(object),
      ...strategyCauses(spec),
      ...negatives(spec, ["revisionHistoryLimit", "progressDeadlineSeconds"]),
    ];
    const deadline = numberAt(spec, "progressDeadlineSeconds");
    if (deadline !== undefined && deadline <= (numberAt(spec, "minReadySeconds") ?? 0)) {
      causes.push(invalidValue("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"));
    }
    return causes;
  },
  validateUpdate: (object, previous) => immutable(object, previous, ["selector"]),
  columns: [
    nameColumn,
    column(
      "Ready",
      (object) => `${statusNumber("readyReplicas")(object)}/${numberAt(object, "spec", "replicas") ?? 0}`,
      {
        description: "Number of the pod with ready state",
      },
    ),
    column("Up-to-date", statusNumber("updatedReplicas")),
    column("Available", statusNumber("availableReplicas")),
    ageColumn,
    ...wideColumns,
  ],
};

export const replicaSetKind: Kind = {
  ...apps,
  kind: "ReplicaSet",
  resource: "replicasets",
  singular: "replicaset",
  shortNames: ["rs"],
  schema: "io.k8s.api.apps.v1.ReplicaSet",
  defaults(object) {
    const spec = childOf(object, "spec");
    spec["replicas"] ??= 1;
    defaultTemplate(spec);
  },
  prepareCreate(object) {
    object["status"] = { replicas: 0 };
  },
  validate: replicatedCauses,
  validateUpdate: (object, previous) => immutable(object, previous, ["selector"]),
  columns: [
    nameColumn,
    column("Desired", (object) => numberAt(object, "spec", "replicas") ?? 0, { type: "integer" }),
    column("Current", statusNumber("replicas"), { type: "integer" }),
    column("Ready", statusNumber("readyReplicas"), { type: "integer" }),
    ageColumn,
    ...wideColumns,
  ],
  fieldSelectors: { "status.replicas": (object) => String(statusNumber("replicas")(object)) },
};

/** Rules of a Job's `spec`; `path` is where it stands. */
export function jobSpecCauses(spec: JsonObject, path: string): StatusCause[] {
  const fields = ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"];
  const causes = negatives(spec, fields, path);
  const mode = spec["completionMode"];
  if (mode !== undefined && mode !== "NonIndexed" && mode !== "Indexed") {
    causes.push(notSupported(`${path}.completionMode`, mode, ["NonIndexed", "Indexed"]));
  }
  if (mode === "Indexed" && spec["completions"] === undefined) {
    causes.push(required(`${path}.completions`, "when completion mode is Indexed"));
  }
  const template = objectAt(spec, "template") ?? {};
  return [...causes, ...podTemplateCauses(template, `${path}.template`, ["OnFailure", "Never"])];
}

function jobStatus(job: JsonObject): string {
  const met = (type: string) =>
    objectsAt(job, "status", "conditions").some((one) => one["type"] === type && one["status"] === "True");
  if (met("Complete")) return "Complete";
  if (met("Failed")) return "Failed";
  if (textAt(job, "metadata", "deletionTimestamp") !== "") return "Terminating";
  return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].find(met) ?? "Running";
}

function jobCompletions(job: JsonObject): string {
  const done = statusNumber("succeeded")(job);
  const wanted = numberAt(job, "spec", "completions");
  if (wanted !== undefined) return `${done}/${wanted}`;
  const parallelism = numberAt(job, "spec", "parallelism") ?? 0;
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function jobDuration(job: JsonObject, now: number): string {
  const start = Date.parse(textAt(job, "status", "startTime"));
  if (Number.isNaN(start)) return "";
  const end = Date.parse(textAt(job, "status", "completionTime"));
  return humanDuration((Number.isNaN(end) ? now : end) - start);
}

export const jobKind: Kind = {
  ...apps,
  group: "batch",
  kind: "Job",
  resource: "jobs",
  singular: "job",
  shortNames: [],
  subresources: ["status"],
  schema: "io.k8s.api.batch.v1.Job",
  defaults(object) {
    const spec = childOf(object, "spec");
    if (spec["completions"] === undefined && spec["parallelism"] === undefined) spec["completions"] = 1;
    spec["parallelism"] ??= 1;
    spec["backoffLimit"] ??= spec["backoffLimitPerIndex"] === undefined ? 6 : 2147483647;
    spec["completionMode"] ??= "NonIndexed";
    spec["suspend"] ??= false;
    spec["podReplacementPolicy"] ??= spec["podFailurePolicy"] === undefined ? "TerminatingOrFailed" : "Failed";
    spec["manualSelector"] ??= false;
    defaultTemplate(spec);
    const labels = objectAt(spec, "template", "metadata", "labels");
    const metadata = childOf(object, "metadata");
    if (labels !== undefined && metadata["labels"] === undefined) metadata["labels"] = { ...labels };
  },
  prepareCreate(object) {
    object["status"] = {};
    const spec = childOf(object, "spec");
    if (spec["manualSelector"] === true) return;
    const given = objectAt(spec, "selector");
    const uid = textAt(object, "metadata", "uid");
    const labels = childOf(childOf(childOf(spec, "template"), "metadata"), "labels");
    for (const prefix of ["", "batch.kubernetes.io/"]) {
      labels[`${prefix}controller-uid`] = uid;
      labels[`${prefix}job-name`] = textAt(object, "metadata", "name");
    }
    const metadata = childOf(object, "metadata");
    if (metadata["labels"] === undefined) metadata["labels"] = { ...labels };
    const own = { "batch.kubernetes.io/controller-uid": uid };
    spec["selector"] = { ...given, matchLabels: { ...stringsAt(given, "matchLabels"), ...own } };
  },
  validate(object) {
    const spec = objectAt(object, "spec") ?? {};
    const causes = jobSpecCauses(spec, "spec");
    const selector = objectAt(spec, "selector");
    if (selector === undefined) return [...causes, required("spec.selector")];
    if (spec["manualSelector"] !== true && selectorOf(selector).length > 1) {
      causes.push(invalidValue("spec.selector", selector, "`selector` not auto-generated"));
    }
    const labels = at(spec, "template", "metadata", "labels");
    if (!selects(selectorOf(selector), stringsAt(labels))) {
      const detail = "`selector` does not match template `labels`";
      const shown = Object.fromEntries(Object.entries(stringsAt(labels)).sort(([a], [b]) => (a < b ? -1 : 1)));
      causes.push(invalidValue("spec.template.metadata.labels", shown, detail));
    }
    return causes;
  },
  validateUpdate(object, previous) {
    const causes = immutable(object, previous, ["selector", "completionMode", "backoffLimitPerIndex"]);
    if (textAt(object, "spec", "completionMode") !== "Indexed") {
      causes.push(...immutable(object, previous, ["completions"]));
    }
    causes.push(...immutable(object, previous, ["template"]));
    return causes;
  },
  columns: [
    nameColumn,
    column("Status", jobStatus, { description: "Status of the job." }),
    column("Completions", jobCompletions),
    column("Duration", jobDuration, { description: "Time required to complete the job." }),
    ageColumn,
    ...wideColumns,
  ],
  fieldSelectors: { "status.successful": (object) => String(statusNumber("succeeded")(object)) },
};
