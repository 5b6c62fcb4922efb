import { at, type JsonObject, listAt, numberAt, objectsAt, stringsAt, textAt } from "../json.ts";
import { qosClass } from "../registry/pod-kind.ts";
import { addQuantities, compareQuantities } from "../schema/quantity.ts";
import { added, podResources, type Quantities } from "./pod-resources.ts";

// Sources: k8s.io/apiserver/pkg/admission/plugin/resourcequota and k8s.io/kubernetes/pkg/quota/v1/evaluator/core.

/** A resource whose objects are counted. */
export interface Counted {
  readonly group: string;
  readonly resource: string;
}

/** How a write counts against one quota: what is used after it, or why it may not be. */
export type QuotaVerdict =
  | { readonly ok: true; readonly used: Quantities | undefined }
  | { readonly ok: false; readonly why: string };

const plainCounts = new Set(["configmaps", "resourcequotas", "secrets", "services"]);
const compute = ["cpu", "memory", "ephemeral-storage"];
/** Containers must say these when a quota counts them. */
const demanded = new Set(["cpu", "memory"].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]));

/** What one stored object uses. */
export function usageOf(of: Counted, object: JsonObject, now: number): Quantities {
  const usage: Record<string, string> = { [countName(of)]: "1" };
  if (of.group !== "") return usage;
  if (plainCounts.has(of.resource)) usage[of.resource] = "1";
  if (of.resource === "services") Object.assign(usage, serviceUsage(object));
  if (of.resource === "pods" && countsAsRunning(object, now)) Object.assign(usage, podUsage(object));
  return usage;
}

function countName({ group, resource }: Counted): string {
  return `count/${resource}${group === "" ? "" : `.${group}`}`;
}

function serviceUsage(service: JsonObject): Quantities {
  const type = textAt(service, "spec", "type");
  const ports = objectsAt(service, "spec", "ports");
  const given = ports.filter((port) => (numberAt(port, "nodePort") ?? 0) !== 0).length;
  const ownPorts = type === "LoadBalancer" && at(service, "spec", "allocateLoadBalancerNodePorts") === false;
  const nodePorts = type === "NodePort" || type === "LoadBalancer" ? (ownPorts ? given : ports.length) : 0;
  return { "services.loadbalancers": type === "LoadBalancer" ? "1" : "0", "services.nodeports": String(nodePorts) };
}

/** A pod that has ended, or should have long ago, only counts as an object. */
function countsAsRunning(pod: JsonObject, now: number): boolean {
  if (["Succeeded", "Failed"].includes(textAt(pod, "status", "phase"))) return false;
  const deleted = Date.parse(textAt(pod, "metadata", "deletionTimestamp"));
  const grace = numberAt(pod, "metadata", "deletionGracePeriodSeconds");
  return Number.isNaN(deleted) || grace === undefined || now <= deleted + grace * 1000;
}

function podUsage(pod: JsonObject): Quantities {
  return { pods: "1", ...computeUsage(podResources(pod, "requests"), podResources(pod, "limits")) };
}

function computeUsage(requests: Quantities, limits: Quantities): Quantities {
  const usage: Record<string, string> = {};
  for (const name of compute) {
    const [request, limit] = [requests[name], limits[name]];
    if (request !== undefined) {
      usage[name] = request;
      usage[`requests.${name}`] = request;
    }
    if (limit !== undefined) usage[`limits.${name}`] = limit;
  }
  return usage;
}

function inScope(quota: JsonObject, of: Counted, object: JsonObject): boolean {
  const scopes = [
    ...listAt(quota, "spec", "scopes").map((scopeName) => ({ scopeName, operator: "Exists" })),
    ...objectsAt(quota, "spec", "scopeSelector", "matchExpressions"),
  ];
  if (scopes.length === 0) return true;
  if (of.resource !== "pods" || of.group !== "") return false;
  const terminating = (numberAt(object, "spec", "activeDeadlineSeconds") ?? -1) >= 0;
  const bestEffort = qosClass(object) === "BestEffort";
  return scopes.every(({ scopeName }) => {
    if (scopeName === "Terminating") return terminating;
    if (scopeName === "NotTerminating") return !terminating;
    if (scopeName === "BestEffort") return bestEffort;
    return scopeName === "NotBestEffort" && !bestEffort;
  });
}

/** What of a quota's names this resource can use at all. */
function concerns(of: Counted, name: string): boolean {
  if (name === countName(of)) return true;
  if (of.group !== "") return false;
  if (of.resource === "pods") {
    return name === "pods" || compute.some((one) => [one, `requests.${one}`, `limits.${one}`].includes(name));
  }
  if (of.resource === "services" && name.startsWith("services.")) return true;
  return plainCounts.has(of.resource) && name === of.resource;
}

/**
 * Weighs a new object, or with `previous` a changed one, against a quota whose usage is known.
 *
 * @param now milliseconds since the epoch
 */
export function weigh(
  quota: JsonObject,
  of: Counted,
  object: JsonObject,
  previous: JsonObject | undefined,
  now: number,
): QuotaVerdict {
  const name = textAt(quota, "metadata", "name");
  const hard = stringsAt(quota, "status", "hard");
  const used = stringsAt(quota, "status", "used");
  const names = Object.keys(hard)
    .filter((one) => concerns(of, one))
    .sort();
  if (names.length === 0 || !inScope(quota, of, object)) return { ok: true, used: undefined };
  const missing = of.resource === "pods" && of.group === "" ? unspecified(object, names) : "";
  if (missing !== "") return { ok: false, why: `failed quota: ${name}: must specify ${missing}` };
  if (names.some((one) => used[one] === undefined)) {
    return { ok: false, why: `status unknown for quota: ${name}, resources: ${names.join(",")}` };
  }
  const before = previous !== undefined && inScope(quota, of, previous) ? usageOf(of, previous, now) : {};
  const after = usageOf(of, object, now);
  const requested: Record<string, string> = {};
  for (const one of names) {
    const more = addQuantities(after[one] ?? "0", before[one] ?? "0", -1);
    if (compareQuantities(more, "0") > 0) requested[one] = more;
  }
  if (Object.keys(requested).length === 0) return { ok: true, used: undefined };
  const next = added(used, requested);
  const exceeded = Object.keys(requested).filter((one) => compareQuantities(next[one] ?? "0", hard[one] ?? "0") > 0);
  if (exceeded.length === 0) return { ok: true, used: next };
  const shown = (list: Quantities) => exceeded.map((one) => `${one}=${list[one] ?? "0"}`).join(",");
  const why = `exceeded quota: ${name}, requested: ${shown(requested)}, used: ${shown(used)}, limited: ${shown(hard)}`;
  return { ok: false, why };
}

function unspecified(pod: JsonObject, names: readonly string[]): string {
  const containers = [...objectsAt(pod, "spec", "containers"), ...objectsAt(pod, "spec", "initContainers")];
  return names
    .filter((name) => demanded.has(name))
    .flatMap((name) => {
      const silent = containers.filter((container) => {
        const requests = stringsAt(container, "resources", "requests");
        return computeUsage(requests, stringsAt(container, "resources", "limits"))[name] === undefined;
      });
      const who = [...new Set(silent.map((container) => textAt(container, "name")))].sort();
      return who.length === 0 ? [] : [`${name} for: ${who.join(",")}`];
    })
    .join("; ");
}

/** What a quota's namespace uses of what it limits; `list` gives the objects of a resource in that namespace. */
export function countUsage(
  quota: JsonObject,
  resources: readonly Counted[],
  list: (resource: string) => readonly JsonObject[],
  now: number,
): Quantities {
  const hard = Object.keys(stringsAt(quota, "spec", "hard")).sort();
  let total: Quantities = Object.fromEntries(hard.map((name) => [name, "0"]));
  for (const of of resources) {
    const names = hard.filter((name) => concerns(of, name));
    if (names.length === 0) continue;
    for (const object of list(of.resource)) {
      if (!inScope(quota, of, object)) continue;
      const usage = usageOf(of, object, now);
      total = added(total, Object.fromEntries(names.map((name) => [name, usage[name] ?? "0"])));
    }
  }
  return total;
}
