import type { KubernetesObject } from "@fairway/objects";

/** Parts of Kubernetes, which write into objects that others have made. */
const components = new Set(["kube-controller-manager", "kube-scheduler", "kube-apiserver", "kubelet"]);

/** Name of the Helm release that an object belongs to. (Helm documentation, "Labels and Annotations") */
export function helmRelease({ metadata }: KubernetesObject): string | undefined {
  return metadata.annotations?.["meta.helm.sh/release-name"];
}

/** Who made an object, by its annotations, else by who owns its fields: `Helm release shop`, `kubectl-client-side-apply`. */
export function madeBy(object: KubernetesObject): string {
  const release = helmRelease(object);
  if (release !== undefined) return `Helm release ${release}`;
  const managers = (object.metadata.managedFields ?? [])
    .filter(({ manager, subresource }) => subresource === undefined && !components.has(manager))
    .map(({ manager }) => manager);
  return managers.length === 0 ? "nobody knows" : [...new Set(managers)].join(", ");
}
