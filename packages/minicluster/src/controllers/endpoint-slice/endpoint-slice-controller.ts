import { isPod, isService } from "@fairway/objects";
import { sameAsJson } from "../../json.ts";
import type { ObjectsApi } from "../../objects-api.ts";
import type { Controller } from "../controller.ts";
import { keyOf, refOfKey } from "../object-key.ts";
import { CONTROLLER, endpointSlices, MANAGED_BY, SERVICE_LABEL } from "./endpoint-slices.ts";

const MANAGER = "endpointslice-controller";

/** Keeps the EndpointSlices of Services that have a selector. */
export function endpointSliceController(objects: ObjectsApi): Controller {
  // A pod whose labels change leaves Services that its new labels do not name.
  const servicesOfPod = new Map<string, readonly string[]>();
  return {
    name: MANAGER,
    resources: ["services", "pods"],
    keysOf({ type, resource, object }) {
      const { namespace } = object.metadata;
      if (resource === "services") return [keyOf(object)];
      if (resource === "endpointslices") {
        const service = object.metadata.labels?.[SERVICE_LABEL];
        return service === undefined ? [] : [`${namespace}/${service}`];
      }
      if (resource !== "pods" || namespace === undefined) return [];
      const before = servicesOfPod.get(keyOf(object)) ?? [];
      const now = objects
        .list("services", { namespace })
        .filter(isService)
        .filter((service) => selects(service.spec?.selector, object.metadata.labels))
        .map(keyOf);
      if (type === "DELETED") servicesOfPod.delete(keyOf(object));
      else servicesOfPod.set(keyOf(object), now);
      return [...new Set([...before, ...now])];
    },
    reconcile(key) {
      const ref = refOfKey("services", key);
      const { namespace } = ref;
      if (namespace === undefined) return;
      const service = objects.get(ref);
      const alive = service && isService(service) && service.metadata.deletionTimestamp === undefined;
      const labels = service && isService(service) ? service.spec?.selector : undefined;
      // Without a selector the slices are somebody else's.
      if (alive && (labels === undefined || Object.keys(labels).length === 0)) return;
      const wanted = alive
        ? endpointSlices(service, objects.list("pods", { namespace, labels: labels ?? {} }).filter(isPod))
        : [];
      const existing = new Map(
        objects
          // Those of other managers are theirs, and serve as well.
          .list("endpointslices", { namespace, labels: { [SERVICE_LABEL]: ref.name, [MANAGED_BY]: CONTROLLER } })
          .map((slice) => [slice.metadata.name, slice]),
      );
      for (const slice of wanted) {
        const stored = existing.get(slice.metadata.name);
        existing.delete(slice.metadata.name);
        if (!stored) objects.create("endpointslices", slice, { manager: MANAGER });
        else if (!sameAsJson([stored["endpoints"], stored["ports"]], [slice.endpoints, slice.ports])) {
          const { endpoints, ports } = slice;
          objects.update("endpointslices", { ...stored, endpoints, ports }, { manager: MANAGER });
        }
      }
      for (const slice of existing.values()) objects.remove(refOfKey("endpointslices", keyOf(slice)));
      return undefined;
    },
  };
}

function selects(
  selector: Readonly<Record<string, string>> | undefined,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  const entries = Object.entries(selector ?? {});
  return entries.length > 0 && entries.every(([name, value]) => labels?.[name] === value);
}
