import type { KubernetesObject } from "@fairway/objects";
import { countUsage } from "../../admission/quota.ts";
import type { Clock } from "../../clock/clock.ts";
import { equalJson, isObject, type JsonObject, stringsAt, toJson } from "../../json.ts";
import type { ObjectsApi } from "../../objects-api.ts";
import { kinds } from "../../registry/registry.ts";
import type { Controller } from "../controller.ts";
import { keyOf, refOfKey } from "../object-key.ts";

const MANAGER = "resourcequota-controller";

/** Counts what a namespace uses of its quotas. Admission adds to the count; what goes away is found here. */
export function quotaController(objects: ObjectsApi, clock: Clock): Controller {
  const counted = kinds.filter((kind) => kind.namespaced && kind.resource !== "events");
  return {
    name: MANAGER,
    resources: ["resourcequotas"],
    keysOf({ type, resource, object }) {
      if (resource === "resourcequotas" && type !== "DELETED") return [keyOf(object)];
      // Of changes only the end of a pod can make usage less.
      if (type !== "DELETED" && resource !== "pods" && resource !== "services") return [];
      const { namespace } = object.metadata;
      return namespace === undefined || type === "ADDED"
        ? []
        : objects.list("resourcequotas", { namespace }).map(keyOf);
    },
    reconcile(key) {
      const quota = objects.get(refOfKey("resourcequotas", key));
      const { namespace } = quota?.metadata ?? {};
      if (quota === undefined || namespace === undefined || quota.metadata.deletionTimestamp !== undefined) return;
      const object = asJson(quota);
      const list = (resource: string) => objects.list(resource, { namespace }).map(asJson);
      const used = countUsage(object, counted, list, clock.now());
      const status = { hard: stringsAt(object, "spec", "hard"), used };
      if (equalJson(toJson(status), toJson(quota["status"] ?? {}))) return;
      objects.update("resourcequotas", { ...quota, status }, { manager: MANAGER, subresource: "status" });
      return undefined;
    },
  };
}

/** Stored objects are JSON. */
function asJson(object: KubernetesObject): JsonObject {
  return isObject(object) ? object : {};
}
