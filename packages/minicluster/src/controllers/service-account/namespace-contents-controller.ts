import type { ObjectsApi } from "../../objects-api.ts";
import type { Controller } from "../controller.ts";
import { keyOf } from "../object-key.ts";

/** The ConfigMap in which pods find the certificate of the API server. */
const ROOT_CONFIG_MAP = "kube-root-ca.crt";

/**
 * Gives every namespace its ServiceAccount `default` and its ConfigMap `kube-root-ca.crt`, and again when they are deleted or changed.
 *
 * @param certificate PEM; without it there is no ConfigMap
 */
export function namespaceContentsController(objects: ObjectsApi, certificate: string | undefined): Controller {
  return {
    name: "service-account-controller",
    resources: ["namespaces"],
    keysOf({ type, resource, object }) {
      const { name, namespace } = object.metadata;
      if (resource === "namespaces") return type === "DELETED" ? [] : [keyOf(object)];
      const account = resource === "serviceaccounts" && name === "default" && type === "DELETED";
      const root = resource === "configmaps" && name === ROOT_CONFIG_MAP;
      return namespace !== undefined && (account || root) ? [namespace] : [];
    },
    reconcile(namespace) {
      const found = objects.get({ resource: "namespaces", name: namespace });
      if (found === undefined || found.metadata.deletionTimestamp !== undefined) return;
      if (objects.get({ resource: "serviceaccounts", namespace, name: "default" }) === undefined) {
        const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } };
        objects.create("serviceaccounts", account, { manager: "kube-controller-manager" });
      }
      if (certificate === undefined) return;
      const kept = objects.get({ resource: "configmaps", namespace, name: ROOT_CONFIG_MAP });
      const annotations = {
        "kubernetes.io/description":
          "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.",
      };
      const data = { "ca.crt": certificate };
      const options = { manager: "kube-controller-manager" };
      if (kept === undefined) {
        const metadata = { name: ROOT_CONFIG_MAP, namespace, annotations };
        objects.create("configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata, data }, options);
      } else if (JSON.stringify(kept["data"]) !== JSON.stringify(data)) {
        const { resourceVersion: _, ...metadata } = kept.metadata;
        objects.update("configmaps", { ...kept, metadata, data }, options);
      }
      return undefined;
    },
  };
}
