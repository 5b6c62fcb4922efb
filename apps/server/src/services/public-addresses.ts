import { type KubernetesObject, type PublicAddress, publicAddressesOf } from "@fairway/objects";

/** The hosts and paths that these stored objects open, each once, in the order of host and path. */
export function publicAddresses(objects: readonly unknown[]): readonly PublicAddress[] {
  const all = objects.filter(isObject).flatMap(publicAddressesOf);
  const byPlace = Map.groupBy(all, ({ host, path }) => `${host} ${path}`);
  return [...byPlace]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, same]) => same.find(({ tls }) => tls === true) ?? same.slice(0, 1));
}

/** Stored by us from what the renderer made. */
function isObject(value: unknown): value is KubernetesObject {
  return typeof value === "object" && value !== null && "kind" in value && "apiVersion" in value && "metadata" in value;
}
