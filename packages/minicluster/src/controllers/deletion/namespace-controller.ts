import { isNamespace } from "@fairway/objects";
import type { ObjectsApi } from "../../objects-api.ts";
import { kinds } from "../../registry/registry.ts";
import type { Controller } from "../controller.ts";
import { keyOf, refOfKey } from "../object-key.ts";

const MANAGER = "namespace-controller";

/** Owners go before what they own. */
const FIRST = ["deployments", "jobs", "replicasets"];

/** Empties namespaces that are being deleted, pods in their grace period, then lets them go. */
export function namespaceController(objects: ObjectsApi): Controller {
  const others = kinds.filter((kind) => kind.namespaced && !FIRST.includes(kind.resource));
  const namespaced = [...FIRST, ...others.map(({ resource }) => resource)];
  return {
    name: MANAGER,
    resources: ["namespaces"],
    keysOf({ type, resource, object }) {
      if (resource === "namespaces") return [keyOf(object)];
      // The last object that goes lets the namespace go.
      return type === "DELETED" && object.metadata.namespace !== undefined ? [object.metadata.namespace] : [];
    },
    reconcile(name) {
      const namespace = objects.get({ resource: "namespaces", name });
      if (!namespace || !isNamespace(namespace) || namespace.metadata.deletionTimestamp === undefined) return;
      let left = 0;
      for (const resource of namespaced) {
        for (const object of objects.list(resource, { namespace: name })) {
          if (object.metadata.deletionTimestamp === undefined) {
            objects.remove(refOfKey(resource, keyOf(object)), { propagationPolicy: "Background" });
          }
        }
        left += objects.list(resource, { namespace: name }).length;
      }
      if (left > 0 || (namespace.spec?.finalizers ?? []).length === 0) return;
      objects.update(
        "namespaces",
        { ...namespace, spec: { ...namespace.spec, finalizers: [] } },
        { manager: MANAGER, subresource: "finalize" },
      );
      return undefined;
    },
  };
}
