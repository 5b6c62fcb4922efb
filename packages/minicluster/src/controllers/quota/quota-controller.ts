import { isFinished, isPod, type KubernetesObject } from "@fairway/objects";
import { countUsage } from "../../admission/quota.ts";
import type { Clock } from "../../clock/clock.ts";
import { at, isObject, type JsonObject, sameAsJson, stringsAt } from "../../json.ts";
import type { ObjectsApi } from "../../objects-api.ts";
import { kinds } from "../../registry/registry.ts";
import type { Controller } from "../controller.ts";
import { keyOf, refOfKey } from "../object-key.ts";

const MANAGER = "resourcequota-controller";
/** As the controller manager's `--resource-quota-sync-period` by default: what time alone changes is found then. */
const RECOUNT_MILLISECONDS = 300_000;

/** Counts what a namespace uses of its quotas. Admission adds to the count; what goes away is found here. */
export function quotaController(objects: ObjectsApi, clock: Clock): Controller {
  const counted = kinds.filter((kind) => kind.namespaced && kind.resource !== "events");
  return {
    name: MANAGER,
    resources: ["resourcequotas"],
    keysOf({ type, resource, object }) {
      if (resource === "resourcequotas") {
        // Admission keeps the count of a quota that it knows; counting anew after each of its writes would take long.
        const known = sameAsJson(at(asJson(object), "spec", "hard"), at(asJson(object), "status", "hard"));
        if (type !== "DELETED" && (type === "ADDED" || !known)) return [keyOf(object)];
      }
      // Of changes only the end of a pod and another type of a Service can make usage less.
      const less = resource === "services" || (isPod(object) && isFinished(object));
      const { namespace } = object.metadata;
      if (namespace === undefined || (type !== "DELETED" && (type === "ADDED" || !less))) return [];
      return objects.list("resourcequotas", { namespace }).map(keyOf);
    },
    reconcile(key) {
      const quota = objects.get(refOfKey("resourcequotas", key));
      const { namespace } = quota?.metadata ?? {};
      if (quota === undefined || namespace === undefined || quota.metadata.deletionTimestamp !== undefined)
        return undefined;
      const object = asJson(quota);
      const list = (resource: string) => objects.list(resource, { namespace }).map(asJson);
      const used = countUsage(object, counted, list, clock.now());
      const status = { hard: stringsAt(object, "spec", "hard"), used };
      if (!sameAsJson(status, quota["status"] ?? {})) {
        objects.update("resourcequotas", { ...quota, status }, { manager: MANAGER, subresource: "status" });
      }
      return RECOUNT_MILLISECONDS;
    },
  };
}

/** Stored objects are JSON. */
function asJson(object: KubernetesObject): JsonObject {
  return isObject(object) ? object : {};
}
