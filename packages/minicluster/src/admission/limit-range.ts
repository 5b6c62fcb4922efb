import { childOf, type JsonObject, objectsAt, stringsAt, textAt } from "../json.ts";
import { compareQuantities, parseQuantity } from "../schema/quantity.ts";
import { podResources } from "./pod-resources.ts";

// Source: k8s.io/kubernetes/plugin/pkg/admission/limitranger.

const annotation = "kubernetes.io/limit-ranger";

function limitsOf(range: JsonObject, type: string): readonly JsonObject[] {
  return objectsAt(range, "spec", "limits").filter((limit) => limit["type"] === type);
}

/** Gives the containers of a new pod the requests and limits that they lack, and says so in an annotation. */
export function applyLimitRanges(pod: JsonObject, ranges: readonly JsonObject[]): void {
  const set: string[] = [];
  for (const range of ranges) {
    for (const limit of limitsOf(range, "Container")) {
      for (const [list, what] of [
        ["containers", "container"],
        ["initContainers", "init container"],
      ] as const) {
        for (const container of objectsAt(pod, "spec", list)) {
          set.push(...fill(container, "requests", stringsAt(limit, "defaultRequest"), `request for ${what}`));
          set.push(...fill(container, "limits", stringsAt(limit, "default"), `limit for ${what}`));
        }
      }
    }
  }
  if (set.length === 0) return;
  childOf(childOf(pod, "metadata"), "annotations")[annotation] = `LimitRanger plugin set: ${set.join("; ")}`;
}

function fill(
  container: JsonObject,
  list: "requests" | "limits",
  defaults: Readonly<Record<string, string>>,
  what: string,
): string[] {
  const own = stringsAt(container, "resources", list);
  const missing = Object.keys(defaults).filter((name) => own[name] === undefined);
  if (missing.length === 0) return [];
  const values = childOf(childOf(container, "resources"), list);
  for (const name of missing) values[name] = defaults[name] ?? "0";
  return [`${missing.sort().join(", ")} ${what} ${textAt(container, "name")}`];
}

/** What a new pod breaks of the first range that it breaks, one sentence each. */
export function limitRangeProblems(pod: JsonObject, ranges: readonly JsonObject[]): readonly string[] {
  if (ranges.length === 0) return [];
  const containers = [...objectsAt(pod, "spec", "containers"), ...objectsAt(pod, "spec", "initContainers")];
  for (const range of ranges) {
    const found = objectsAt(range, "spec", "limits").flatMap((limit) => {
      if (limit["type"] === "Pod") {
        return problems("Pod", limit, podResources(pod, "requests"), podResources(pod, "limits"));
      }
      if (limit["type"] !== "Container") return [];
      return containers.flatMap((container) => {
        const requests = stringsAt(container, "resources", "requests");
        return problems("Container", limit, requests, stringsAt(container, "resources", "limits"));
      });
    });
    if (found.length > 0) return found;
  }
  return [];
}

function problems(
  type: string,
  limit: JsonObject,
  requests: Readonly<Record<string, string>>,
  limits: Readonly<Record<string, string>>,
): string[] {
  const found: string[] = [];
  const sorted = (list: string) => Object.entries(stringsAt(limit, list)).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, least] of sorted("min")) {
    const [request, most] = [requests[name], limits[name]];
    const rule = `minimum ${name} usage per ${type} is ${least}`;
    if (request === undefined) found.push(`${rule}.  No request is specified`);
    else if (compareQuantities(request, least) < 0) found.push(`${rule}, but request is ${request}`);
    else if (most !== undefined && compareQuantities(most, least) < 0) found.push(`${rule}, but limit is ${most}`);
  }
  for (const [name, greatest] of sorted("max")) {
    const [request, most] = [requests[name], limits[name]];
    const rule = `maximum ${name} usage per ${type} is ${greatest}`;
    if (most === undefined) found.push(`${rule}.  No limit is specified`);
    else if (compareQuantities(most, greatest) > 0) found.push(`${rule}, but limit is ${most}`);
    else if (request !== undefined && compareQuantities(request, greatest) > 0) {
      found.push(`${rule}, but request is ${request}`);
    }
  }
  for (const [name, ratio] of sorted("maxLimitRequestRatio")) {
    const request = parseQuantity(requests[name] ?? "0") ?? 0;
    const most = parseQuantity(limits[name] ?? "0") ?? 0;
    const rule = `${name} max limit to request ratio per ${type} is ${ratio}`;
    if (request === 0) found.push(`${rule}, but no request is specified or request is 0`);
    else if (most === 0) found.push(`${rule}, but no limit is specified or limit is 0`);
    else if (most / request > (parseQuantity(ratio) ?? 0)) {
      found.push(`${rule}, but provided ratio is ${(most / request).toFixed(6)}`);
    }
  }
  return found;
}

/** Several errors as Kubernetes writes them in one sentence: alike ones once, several in brackets. */
export function aggregated(messages: readonly string[]): string {
  const different = [...new Set(messages)];
  return different.length === 1 ? (different[0] ?? "") : `[${different.join(", ")}]`;
}
