import { timestamp } from "../clock/clock.ts";
import { type Json, type JsonObject, numberAt, objectsAt, textAt } from "../json.ts";

/**
 * The conditions of a disruption budget's status, with `DisruptionAllowed` as its number of allowed disruptions says
 * (k8s.io/component-helpers/apps/poddisruptionbudget). `failure` is why the number could not be found out.
 */
export function disruptionAllowed(status: JsonObject, now: number, failure?: string): Json[] {
  const before = objectsAt(status, "conditions");
  const known = before.find((condition) => condition["type"] === "DisruptionAllowed");
  const allowed = failure === undefined && (numberAt(status, "disruptionsAllowed") ?? 0) > 0;
  const word = allowed ? "True" : "False";
  const condition: JsonObject = {
    type: "DisruptionAllowed",
    status: word,
    observedGeneration: numberAt(status, "observedGeneration") ?? 0,
    lastTransitionTime: known?.["status"] === word ? textAt(known, "lastTransitionTime") : timestamp(now),
    reason: failure !== undefined ? "SyncFailed" : allowed ? "SufficientPods" : "InsufficientPods",
    message: failure ?? "",
  };
  return known === undefined ? [...before, condition] : before.map((one) => (one === known ? condition : one));
}
