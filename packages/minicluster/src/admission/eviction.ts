import { timestamp } from "../clock/clock.ts";
import { copyOf, type Json, type JsonObject, numberAt, objectAt, objectsAt, stringsAt, textAt } from "../json.ts";
import { selectorOf, selects } from "../registry/label-selector.ts";
import { ApiError, conflict, forbidden, notFound, tooManyRequests } from "../status.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { DeletionOptions } from "./deletion.ts";
import { disruptionAllowed } from "./disruption-condition.ts";
import { type Lifecycle, requireKind } from "./lifecycle.ts";

// Source: k8s.io/kubernetes/pkg/registry/core/pod/storage/eviction.go.

const write = { manager: "kube-apiserver", subresource: "status", fieldValidation: "Ignore", warn() {} } as const;
/** Evictions that the controller has not seen yet; more are refused. */
const mostUnconfirmed = 2000;
const refused = "Cannot evict pod as it would violate the pod's disruption budget.";

/**
 * Deletes a pod if its disruption budget allows that. Throws `ApiError`: 429 when it does not now, 404 without such a pod, 500 for a pod
 * with several budgets.
 *
 * @param now milliseconds since the epoch
 */
export function evict(
  { store, lifecycle }: { readonly store: ObjectStore; readonly lifecycle: Lifecycle },
  namespace: string,
  name: string,
  options: DeletionOptions,
  now: number,
): void {
  const kind = requireKind("pods");
  const dryRun = options.dryRun === true;
  const pod = store.get("pods", namespace, name);
  if (pod === undefined) throw notFound(kind, name);
  checkPreconditions(pod, name, options);
  const budget = needsNoBudget(pod) ? undefined : budgetOf(store, pod, namespace);
  if (budget !== undefined && !(isUnready(pod) && letsUnreadyGo(budget))) {
    const status = charged(budget, name, now);
    if (!dryRun) {
      const spend = (current: JsonObject) => ({ ...current, status });
      const budgets = requireKind("poddisruptionbudgets");
      lifecycle.update(budgets, namespace, textAt(budget, "metadata", "name"), spend, { ...write, dryRun });
    }
  }
  if (!dryRun) {
    const mark = (current: JsonObject) => ({ ...current, status: asDisrupted(current, now) });
    lifecycle.update(kind, namespace, name, mark, { ...write, dryRun });
  }
  const { gracePeriodSeconds, propagationPolicy, uid } = options;
  lifecycle.remove(kind, namespace, name, { gracePeriodSeconds, propagationPolicy, uid, dryRun });
}

function checkPreconditions(pod: JsonObject, name: string, { uid, resourceVersion }: DeletionOptions): void {
  const of = { group: "", resource: "Pod" };
  const stored = textAt(pod, "metadata", "uid");
  if (uid !== undefined && uid !== stored) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${stored}). The object might have been deleted and then recreated`;
    throw conflict(of, name, why);
  }
  const version = textAt(pod, "metadata", "resourceVersion");
  if (resourceVersion !== undefined && resourceVersion !== version) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${version}). The object might have been modified`;
    throw conflict(of, name, why);
  }
}

/** Pods that do not run (any more) are no loss. */
function needsNoBudget(pod: JsonObject): boolean {
  const phase = textAt(pod, "status", "phase");
  return ["Succeeded", "Failed", "Pending"].includes(phase) || textAt(pod, "metadata", "deletionTimestamp") !== "";
}

function budgetOf(store: ObjectStore, pod: JsonObject, namespace: string): JsonObject | undefined {
  const labels = stringsAt(pod, "metadata", "labels");
  const [budget, another] = store.list("poddisruptionbudgets", namespace).filter((one) => {
    const selector = objectAt(one, "spec", "selector");
    return selector !== undefined && selects(selectorOf(selector), labels);
  });
  if (another === undefined) return budget;
  const message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
  throw new ApiError(500, "", message);
}

function isUnready(pod: JsonObject): boolean {
  const ready = objectsAt(pod, "status", "conditions").find((condition) => condition["type"] === "Ready");
  return ready?.["status"] !== "True";
}

function letsUnreadyGo(budget: JsonObject): boolean {
  if (textAt(budget, "spec", "unhealthyPodEvictionPolicy") === "AlwaysAllow") return true;
  const desired = numberAt(budget, "status", "desiredHealthy") ?? 0;
  return desired > 0 && (numberAt(budget, "status", "currentHealthy") ?? 0) >= desired;
}

/** The budget's status after one more disruption. */
function charged(budget: JsonObject, pod: string, now: number): JsonObject {
  const name = textAt(budget, "metadata", "name");
  const refuse = (message: string, seconds = 0) =>
    tooManyRequests(refused, seconds, { reason: "DisruptionBudget", message });
  const status = copyOf(objectAt(budget, "status") ?? {});
  const generation = numberAt(budget, "metadata", "generation") ?? 0;
  if ((numberAt(status, "observedGeneration") ?? 0) < generation) {
    throw refuse(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  const disruptedPods = objectAt(status, "disruptedPods") ?? {};
  if (Object.keys(disruptedPods).length > mostUnconfirmed) {
    const why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller";
    throw forbidden({ group: "policy", resource: "poddisruptionbudget" }, name, why);
  }
  const allowed = numberAt(status, "disruptionsAllowed") ?? 0;
  if (allowed === 0) throw refuse(whyNot(name, status));
  status["disruptionsAllowed"] = allowed - 1;
  status["disruptedPods"] = { ...disruptedPods, [pod]: timestamp(now) };
  if (allowed === 1) status["conditions"] = disruptionAllowed(status, now);
  return status;
}

function whyNot(name: string, status: JsonObject): string {
  const condition = objectsAt(status, "conditions").find((one) => one["type"] === "DisruptionAllowed");
  const message = condition?.["status"] === "False" ? textAt(condition, "message") : "";
  const reason = textAt(condition, "reason");
  if (message !== "" && reason === "SyncFailed") {
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${message}`;
  }
  const current = numberAt(status, "currentHealthy") ?? 0;
  const desired = numberAt(status, "desiredHealthy") ?? 0;
  if (current <= desired) {
    return `The disruption budget ${name} needs ${desired} healthy pods and has ${current} currently`;
  }
  const because = message === "" ? "" : ` (${reason}): ${message}`;
  return `The disruption budget ${name} does not allow evicting pods currently${because}`;
}

/** The pod's status with the condition that says why it goes. */
function asDisrupted(pod: JsonObject, now: number): JsonObject {
  const status = copyOf(objectAt(pod, "status") ?? {});
  const others = objectsAt(status, "conditions").filter((condition) => condition["type"] !== "DisruptionTarget");
  const conditions: Json[] = [
    ...others,
    {
      type: "DisruptionTarget",
      status: "True",
      reason: "EvictionByEvictionAPI",
      message: "Eviction API: evicting",
      lastTransitionTime: timestamp(now),
    },
  ];
  return { ...status, conditions };
}
