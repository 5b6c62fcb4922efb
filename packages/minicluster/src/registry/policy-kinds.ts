import { childOf, type Json, type JsonObject, listAt, objectAt, objectsAt, stringsAt, textAt } from "../json.ts";
import { compareQuantities, parseQuantity } from "../schema/quantity.ts";
import type { StatusCause } from "../status.ts";
import { duplicate, forbiddenField, invalidValue, notSupported } from "./causes.ts";
import { ageColumn, column, createdAtColumn, nameColumn } from "./columns.ts";
import type { Kind } from "./kind.ts";
import { dnsSubdomainProblems, qualifiedNameProblems } from "./names.ts";
import { selectorCauses } from "./selector-validation.ts";

// Sources: k8s.io/kubernetes/pkg/apis/core/validation, pkg/apis/core/v1/defaults.go, pkg/apis/policy/validation.

const namespaced = { version: "v1", categories: [], namespaced: true, nameProblems: dnsSubdomainProblems } as const;

const quotaResources = new Set([
  ...["cpu", "memory", "ephemeral-storage"].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
  ...["requests.storage", "pods", "resourcequotas", "services", "replicationcontrollers", "secrets"],
  ...["persistentvolumeclaims", "configmaps", "services.nodeports", "services.loadbalancers"],
]);
const pieces = new Set(["pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps"]);

function hardCauses(object: JsonObject): StatusCause[] {
  return Object.entries(stringsAt(object, "spec", "hard")).flatMap(([name, value]) => {
    const field = `spec.hard[${name}]`;
    const causes = qualifiedNameProblems(name).map((problem) => invalidValue(field, name, problem));
    if (!name.includes("/") && !quotaResources.has(name) && !/^(requests\.)?hugepages-/.test(name)) {
      if (causes.length === 0) {
        causes.push(invalidValue(field, name, "must be a standard resource type or fully qualified"));
      }
      causes.push(invalidValue(field, name, "must be a standard resource for quota"));
    }
    const number = parseQuantity(value) ?? 0;
    if (number < 0) causes.push(invalidValue(field, value, "must be greater than or equal to 0"));
    if (pieces.has(name) && !Number.isInteger(number)) causes.push(invalidValue(field, value, "must be an integer"));
    return causes;
  });
}

function quotaColumn(limits: boolean): (object: JsonObject) => string {
  return (object) => {
    const used = stringsAt(object, "status", "used");
    return Object.entries(stringsAt(object, "status", "hard"))
      .filter(([name]) => name.startsWith("limits.") === limits)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, hard]) => `${name}: ${used[name] ?? "0"}/${hard}`)
      .join(", ");
  };
}

export const resourceQuotaKind: Kind = {
  ...namespaced,
  group: "",
  kind: "ResourceQuota",
  resource: "resourcequotas",
  singular: "resourcequota",
  shortNames: ["quota"],
  schema: "io.k8s.api.core.v1.ResourceQuota",
  subresources: ["status"],
  generation: false,
  validate: hardCauses,
  validateUpdate(object, previous) {
    const scopes = (of: JsonObject) => [...new Set(listAt(of, "spec", "scopes"))].sort().join();
    if (scopes(object) === scopes(previous)) return [];
    return [invalidValue("spec.scopes", [...listAt(object, "spec", "scopes")], "field is immutable")];
  },
  columns: [nameColumn, column("Request", quotaColumn(false)), column("Limit", quotaColumn(true)), ageColumn],
};

function limitCauses(limit: JsonObject, field: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const lists = ["min", "max", "default", "defaultRequest", "maxLimitRequestRatio"];
  const values = Object.fromEntries(lists.map((list) => [list, stringsAt(limit, list)]));
  if (textAt(limit, "type") === "Pod") {
    for (const list of ["default", "defaultRequest"]) {
      if (Object.keys(values[list] ?? {}).length === 0) continue;
      causes.push(forbiddenField(`${field}.${list}`, "may not be specified when `type` is 'Pod'"));
    }
  }
  const names = new Set(lists.flatMap((list) => Object.keys(values[list] ?? {})));
  for (const name of [...names].sort()) {
    const [min, max, limitValue, request, ratio] = lists.map((list) => values[list]?.[name]);
    const above = (
      a: string | undefined,
      aName: string,
      b: string | undefined,
      bName: string,
      list: string,
      shown: string | undefined,
    ): void => {
      if (a === undefined || b === undefined || compareQuantities(a, b) <= 0) return;
      const detail = `${aName} value ${a} is greater than ${bName} value ${b}`;
      causes.push(invalidValue(`${field}.${list}[${name}]`, shown, detail));
    };
    above(min, "min", max, "max", "min", min);
    above(min, "min", request, "default request", "defaultRequest", request);
    above(request, "default request", max, "max", "defaultRequest", request);
    above(request, "default request", limitValue, "default limit", "defaultRequest", request);
    above(min, "min", limitValue, "default", "default", min);
    above(limitValue, "default", max, "max", "default", max);
    if (ratio !== undefined && compareQuantities(ratio, "1") < 0) {
      causes.push(invalidValue(`${field}.maxLimitRequestRatio[${name}]`, ratio, `ratio ${ratio} is less than 1`));
    }
  }
  return causes;
}

export const limitRangeKind: Kind = {
  ...namespaced,
  group: "",
  kind: "LimitRange",
  resource: "limitranges",
  singular: "limitrange",
  shortNames: ["limits"],
  schema: "io.k8s.api.core.v1.LimitRange",
  subresources: [],
  generation: false,
  defaults(object) {
    for (const limit of objectsAt(object, "spec", "limits")) {
      if (limit["type"] !== "Container") continue;
      const fill = (list: string, from: string) => {
        const values = { ...stringsAt(limit, from), ...stringsAt(limit, list) };
        if (Object.keys(values).length > 0) limit[list] = values;
      };
      fill("default", "max");
      fill("defaultRequest", "default");
      fill("defaultRequest", "min");
    }
  },
  validate(object) {
    const causes: StatusCause[] = [];
    const seen = new Set<string>();
    for (const [index, limit] of objectsAt(object, "spec", "limits").entries()) {
      const field = `spec.limits[${index}]`;
      const type = textAt(limit, "type");
      if (!["Pod", "Container", "PersistentVolumeClaim"].includes(type) && !type.includes("/")) {
        causes.push(invalidValue(`${field}.type`, type, "must be a standard limit type or fully qualified"));
      }
      if (seen.has(type)) causes.push(duplicate(`${field}.type`, type));
      seen.add(type);
      causes.push(...limitCauses(limit, field));
    }
    return causes;
  },
  columns: [nameColumn, createdAtColumn],
};

function amountCauses(value: Json | undefined, field: string): StatusCause[] {
  if (value === undefined) return [];
  if (typeof value === "number") {
    return value < 0 ? [invalidValue(field, value, "must be greater than or equal to 0")] : [];
  }
  const percent = /^(\d+)%$/.exec(String(value));
  if (percent === null) {
    const detail =
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
    return [invalidValue(field, value, detail)];
  }
  return Number(percent[1]) > 100 ? [invalidValue(field, value, "must not be greater than 100%")] : [];
}

export const podDisruptionBudgetKind: Kind = {
  ...namespaced,
  group: "policy",
  kind: "PodDisruptionBudget",
  resource: "poddisruptionbudgets",
  singular: "poddisruptionbudget",
  shortNames: ["pdb"],
  schema: "io.k8s.api.policy.v1.PodDisruptionBudget",
  subresources: ["status"],
  generation: true,
  optimisticLockRequired: true,
  prepareCreate(object) {
    object["status"] = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };
  },
  defaults(object) {
    childOf(object, "spec");
  },
  validate(object) {
    const spec = objectAt(object, "spec") ?? {};
    const { minAvailable, maxUnavailable } = spec;
    const causes: StatusCause[] = [];
    if (minAvailable !== undefined && maxUnavailable !== undefined) {
      // The API server shows its own form of the object.
      const shown = {
        MinAvailable: minAvailable,
        Selector: spec["selector"] ?? null,
        MaxUnavailable: maxUnavailable,
        UnhealthyPodEvictionPolicy: spec["unhealthyPodEvictionPolicy"] ?? null,
      };
      causes.push(invalidValue("spec", shown, "minAvailable and maxUnavailable cannot be both set"));
    }
    causes.push(...amountCauses(minAvailable, "spec.minAvailable"));
    causes.push(...amountCauses(maxUnavailable, "spec.maxUnavailable"));
    causes.push(...selectorCauses(objectAt(spec, "selector"), "spec.selector"));
    const policy = spec["unhealthyPodEvictionPolicy"];
    const policies = ["AlwaysAllow", "IfHealthyBudget"];
    if (policy !== undefined && !policies.includes(String(policy))) {
      causes.push(notSupported("spec.unhealthyPodEvictionPolicy", policy, policies));
    }
    return causes;
  },
  columns: [
    nameColumn,
    column("Min Available", (object) => String(objectAt(object, "spec")?.["minAvailable"] ?? "N/A")),
    column("Max Unavailable", (object) => String(objectAt(object, "spec")?.["maxUnavailable"] ?? "N/A")),
    column("Allowed Disruptions", (object) => Number(objectAt(object, "status")?.["disruptionsAllowed"] ?? 0), {
      type: "integer",
    }),
    ageColumn,
  ],
};
