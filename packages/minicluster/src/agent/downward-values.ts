import { type Container, isNode, type KubernetesObject, type Pod, type ResourceFieldRef } from "@fairway/objects";
import type { Key } from "../objects-api.ts";
import { parseQuantity } from "../schema/quantity.ts";

// Sources: k8s.io/kubernetes/pkg/fieldpath, pkg/api/v1/resource/helpers.go.

/** What a field of the pod comes to, as a variable or a file. */
export function fieldValue(pod: Pod, path: string): string {
  const { metadata, spec } = pod;
  const [, list, key] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path) ?? [];
  if (key !== undefined) return metadata[list === "labels" ? "labels" : "annotations"]?.[key] ?? "";
  switch (path) {
    case "metadata.name":
      return metadata.name;
    case "metadata.namespace":
      return metadata.namespace ?? "";
    case "metadata.uid":
      return metadata.uid ?? "";
    case "metadata.labels":
      return lines(metadata.labels ?? {});
    case "metadata.annotations":
      return lines(metadata.annotations ?? {});
    case "spec.nodeName":
      return spec?.nodeName ?? "";
    case "spec.serviceAccountName":
      return spec?.serviceAccountName ?? "";
    case "status.podIP":
    case "status.podIPs":
    case "status.hostIP":
    case "status.hostIPs":
      return "127.0.0.1";
    default:
      return "";
  }
}

/** `key="value"`, one a line, in order of the keys. */
function lines(entries: Readonly<Record<string, string>>): string {
  return Object.keys(entries)
    .sort()
    .map((key) => `${key}=${JSON.stringify(entries[key])}`)
    .join("\n");
}

/** What a request or limit comes to, rounded up to whole divisors. A limit that a container lacks is the node's. */
export function resourceValue(
  pod: Pod,
  { containerName, resource, divisor }: ResourceFieldRef,
  own: Container | undefined,
  get: (key: Key) => KubernetesObject | undefined,
): string {
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const container = containerName ? all.find(({ name }) => name === containerName) : own;
  const [list = "", name = ""] = resource.split(/\.(.*)/);
  let quantity = container?.resources?.[list === "requests" ? "requests" : "limits"]?.[name];
  if (quantity === undefined && list === "limits") {
    const node = get({ resource: "nodes", name: pod.spec?.nodeName ?? "" });
    quantity = node !== undefined && isNode(node) ? node.status?.allocatable?.[name] : undefined;
  }
  const unit = parseQuantity(divisor ?? "0") || 1;
  // Rounded first: 0.0015 / 0.001 is not 1.5 in floating point.
  const amount = Math.round(((parseQuantity(quantity ?? "0") ?? 0) / unit) * 1e6) / 1e6;
  return String(Math.ceil(amount));
}
