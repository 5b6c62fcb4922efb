import { childOf, type Json, type JsonObject, listAt, numberAt, objectAt, objectsAt, textAt } from "../json.ts";
import { parseQuantity } from "../schema/quantity.ts";
import type { StatusCause } from "../status.ts";
import { forbiddenField, invalidValue, notSupported, required } from "./causes.ts";
import { ageColumn, column, nameColumn } from "./columns.ts";
import type { Kind } from "./kind.ts";
import { dnsSubdomainProblems, pathSegmentProblems } from "./names.ts";

// Sources: k8s.io/kubernetes/pkg/apis/autoscaling/validation, pkg/apis/autoscaling/v2/defaults.go.

/** Field of a metric by its type. */
const sources: Readonly<Record<string, string>> = {
  ContainerResource: "containerResource",
  External: "external",
  Object: "object",
  Pods: "pods",
  Resource: "resource",
};
const defaultUtilization = 80;
const longestWindow = 3600;
const longestPeriod = 1800;

const rules = (percent: number, pods: number | undefined, window: number | undefined): JsonObject => ({
  ...(window === undefined ? {} : { stabilizationWindowSeconds: window }),
  selectPolicy: "Max",
  policies: [
    ...(pods === undefined ? [] : [{ type: "Pods", value: pods, periodSeconds: 15 }]),
    { type: "Percent", value: percent, periodSeconds: 15 },
  ],
});

function referenceCauses(reference: JsonObject, path: string): StatusCause[] {
  return ["kind", "name"].flatMap((field) => {
    const value = textAt(reference, field);
    if (value === "") return [required(`${path}.${field}`)];
    return pathSegmentProblems(value).map((problem) => invalidValue(`${path}.${field}`, value, problem));
  });
}

function targetCauses(target: JsonObject, path: string): StatusCause[] {
  const type = textAt(target, "type");
  const causes: StatusCause[] = [];
  if (type === "") causes.push(required(`${path}.type`, "must specify a metric target type"));
  if (!["Utilization", "Value", "AverageValue"].includes(type)) {
    causes.push(invalidValue(`${path}.type`, type, "must be either Utilization, Value, or AverageValue"));
  }
  for (const field of ["value", "averageValue"]) {
    const value = target[field];
    if (value !== undefined && (parseQuantity(String(value)) ?? 0) <= 0) {
      causes.push(invalidValue(`${path}.${field}`, value, "must be positive"));
    }
  }
  const utilization = numberAt(target, "averageUtilization");
  if (utilization !== undefined && utilization < 1) {
    causes.push(invalidValue(`${path}.averageUtilization`, utilization, "must be greater than 0"));
  }
  return causes;
}

function identifierCauses(metric: JsonObject | undefined, path: string): StatusCause[] {
  const name = textAt(metric, "name");
  if (name === "") return [required(`${path}.name`, "must specify a metric name")];
  return pathSegmentProblems(name).map((problem) => invalidValue(`${path}.name`, name, problem));
}

function sourceCauses(source: JsonObject, type: string, path: string): StatusCause[] {
  const target = objectAt(source, "target") ?? {};
  const has = (field: string): boolean => target[field] !== undefined;
  const at = `${path}.target`;
  const causes: StatusCause[] = [];
  if (type === "resource" || type === "containerResource") {
    if (textAt(source, "name") === "") causes.push(required(`${path}.name`, "must specify a resource name"));
    if (type === "containerResource" && textAt(source, "container") === "") {
      causes.push(required(`${path}.container`, "must specify a container"));
    }
    causes.push(...targetCauses(target, at));
    if (!has("averageUtilization") && !has("averageValue")) {
      causes.push(required(`${at}.averageUtilization`, "must set either a target raw value or a target utilization"));
    }
    if (has("averageUtilization") && has("averageValue")) {
      causes.push(forbiddenField(`${at}.averageValue`, "may not set both a target raw value and a target utilization"));
    }
    return causes;
  }
  if (type === "object") {
    causes.push(...referenceCauses(objectAt(source, "describedObject") ?? {}, `${path}.describedObject`));
  }
  causes.push(...identifierCauses(objectAt(source, "metric"), `${path}.metric`), ...targetCauses(target, at));
  if (type === "pods" && !has("averageValue")) {
    causes.push(required(`${at}.averageValue`, "must specify a positive target averageValue"));
  }
  if (type !== "pods" && !has("value") && !has("averageValue")) {
    const of = type === "object" ? "a target value or averageValue" : "a target value for metric or a per-pod target";
    causes.push(required(`${at}.averageValue`, `must set either ${of}`));
  }
  if (type === "external" && has("value") && has("averageValue")) {
    causes.push(forbiddenField(`${at}.value`, "may not set both a target value for metric and a per-pod target"));
  }
  return causes;
}

function metricCauses(metric: JsonObject, path: string): StatusCause[] {
  const type = textAt(metric, "type");
  const causes: StatusCause[] = [];
  if (type === "") causes.push(required(`${path}.type`, "must specify a metric source type"));
  const wanted = sources[type];
  const unknown = () => notSupported(`${path}.type`, type, Object.keys(sources));
  if (wanted === undefined) causes.push(unknown());
  const present = ["object", "external", "pods", "resource", "containerResource"].filter(
    (field) => objectAt(metric, field) !== undefined,
  );
  const [first] = present;
  if (first !== undefined) causes.push(...sourceCauses(objectAt(metric, first) ?? {}, first, `${path}.${first}`));
  if (wanted === undefined) causes.push(unknown());
  else if (!present.includes(wanted)) {
    causes.push(required(`${path}.${wanted}`, "must populate information for the given metric source"));
  }
  if (present.length === 1) return causes;
  const others = present.filter((field) => field !== wanted).sort();
  return [
    ...causes,
    ...others.map((field) => forbiddenField(`${path}.${field}`, "must populate the given metric source only")),
  ];
}

function behaviourCauses(rule: JsonObject, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const window = numberAt(rule, "stabilizationWindowSeconds");
  const field = `${path}.stabilizationWindowSeconds`;
  if (window !== undefined && window < 0) {
    causes.push(invalidValue(field, window, "must be greater than or equal to zero"));
  }
  if (window !== undefined && window > longestWindow) {
    causes.push(invalidValue(field, window, `must be less than or equal to ${longestWindow}`));
  }
  const select = rule["selectPolicy"];
  if (select !== undefined && !["Disabled", "Max", "Min"].includes(String(select))) {
    causes.push(notSupported(`${path}.selectPolicy`, select, ["Disabled", "Max", "Min"]));
  }
  const policies = objectsAt(rule, "policies");
  if (policies.length === 0) causes.push(required(`${path}.policies`, "must specify at least one Policy"));
  for (const [index, policy] of policies.entries()) {
    const at = `${path}.policies[${index}]`;
    const type = textAt(policy, "type");
    if (type !== "Pods" && type !== "Percent") causes.push(notSupported(`${at}.type`, type, ["Percent", "Pods"]));
    for (const name of ["value", "periodSeconds"]) {
      const value = numberAt(policy, name) ?? 0;
      if (value <= 0) causes.push(invalidValue(`${at}.${name}`, value, "must be greater than zero"));
    }
    const period = numberAt(policy, "periodSeconds") ?? 0;
    if (period > longestPeriod) {
      causes.push(invalidValue(`${at}.periodSeconds`, period, `must be less than or equal to ${longestPeriod}`));
    }
  }
  return causes;
}

/** `cpu: 12%/70%`: what a metric is, and shall be. */
function shownMetrics(object: JsonObject): string {
  const metrics = objectsAt(object, "spec", "metrics");
  if (metrics.length === 0) return "<none>";
  const now = listAt(object, "status", "currentMetrics");
  const shown = metrics.map((metric, index) => {
    const type = textAt(metric, "type");
    const source = sources[type];
    if (source === undefined) return "<unknown type>";
    const target = objectAt(metric, source, "target") ?? {};
    const current = objectAt(now[index], source, "current") ?? {};
    const name = type === "Resource" || type === "ContainerResource" ? `${textAt(metric, source, "name")}: ` : "";
    const average = target["averageValue"];
    if (average !== undefined) {
      const mark = type === "External" || type === "Object" ? " (avg)" : "";
      return `${name}${text(current["averageValue"])}/${text(average)}${mark}`;
    }
    if (name === "") return `${text(current["value"])}/${text(target["value"])}`;
    const percent = (value: Json | undefined, none: string) => (value === undefined ? none : `${value}%`);
    const used = percent(current["averageUtilization"], "<unknown>");
    return `${name}${used}/${percent(target["averageUtilization"], "<auto>")}`;
  });
  return shown.length <= 2 ? shown.join(", ") : `${shown.slice(0, 2).join(", ")} + ${shown.length - 2} more...`;
}

function text(value: Json | undefined): string {
  return value === undefined ? "<unknown>" : String(value);
}

export const autoscalerKind: Kind = {
  group: "autoscaling",
  version: "v2",
  kind: "HorizontalPodAutoscaler",
  resource: "horizontalpodautoscalers",
  singular: "horizontalpodautoscaler",
  shortNames: ["hpa"],
  categories: ["all"],
  namespaced: true,
  schema: "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
  subresources: ["status"],
  generation: false,
  nameProblems: dnsSubdomainProblems,
  defaults(object) {
    const spec = childOf(object, "spec");
    spec["minReplicas"] ??= 1;
    if (listAt(spec, "metrics").length === 0) {
      const target = { type: "Utilization", averageUtilization: defaultUtilization };
      spec["metrics"] = [{ type: "Resource", resource: { name: "cpu", target } }];
    }
    const behaviour = objectAt(spec, "behavior");
    if (behaviour === undefined) return;
    behaviour["scaleUp"] = { ...rules(100, 4, 0), ...objectAt(behaviour, "scaleUp") };
    behaviour["scaleDown"] = { ...rules(100, undefined, undefined), ...objectAt(behaviour, "scaleDown") };
  },
  prepareCreate(object) {
    object["status"] = { currentMetrics: null, desiredReplicas: 0 };
  },
  validate(object) {
    const spec = objectAt(object, "spec") ?? {};
    const min = numberAt(spec, "minReplicas") ?? 1;
    const max = numberAt(spec, "maxReplicas") ?? 0;
    const causes: StatusCause[] = [];
    if (min < 1) causes.push(invalidValue("spec.minReplicas", min, "must be greater than or equal to 1"));
    if (max === 0) causes.push(required("spec.maxReplicas", "must be set and greater than 0"));
    else if (max < 0) causes.push(invalidValue("spec.maxReplicas", max, "must be greater than or equal to 1"));
    if (max < min) {
      causes.push(invalidValue("spec.maxReplicas", max, "must be greater than or equal to `minReplicas`"));
    }
    const target = objectAt(spec, "scaleTargetRef") ?? {};
    causes.push(...referenceCauses(target, "spec.scaleTargetRef"));
    const version = textAt(target, "apiVersion");
    if (!version.includes("/")) {
      causes.push(invalidValue("spec.scaleTargetRef.apiVersion", version, "apiVersion must specify API group"));
    }
    causes.push(
      ...objectsAt(spec, "metrics").flatMap((metric, index) => metricCauses(metric, `spec.metrics[${index}]`)),
    );
    for (const direction of ["scaleUp", "scaleDown"]) {
      const rule = objectAt(spec, "behavior", direction);
      if (rule !== undefined) causes.push(...behaviourCauses(rule, `spec.behavior.${direction}`));
    }
    return causes;
  },
  columns: [
    nameColumn,
    column("Reference", (object) => {
      const target = objectAt(object, "spec", "scaleTargetRef");
      return `${textAt(target, "kind")}/${textAt(target, "name")}`;
    }),
    column("Targets", shownMetrics),
    column("MinPods", (object) => String(numberAt(object, "spec", "minReplicas") ?? "<unset>")),
    column("MaxPods", (object) => numberAt(object, "spec", "maxReplicas") ?? 0),
    column("Replicas", (object) => numberAt(object, "status", "currentReplicas") ?? 0),
    ageColumn,
  ],
};
