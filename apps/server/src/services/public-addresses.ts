import { isHttpRoute, isIngress, type KubernetesObject } from "@fairway/objects";

/** Where people outside of the platform reach a service. */
export interface PublicAddress {
  readonly host: string;
  /** A prefix, by whole parts. */
  readonly path: string;
  readonly tls: boolean;
}

/** The hosts and paths that these objects open, each once, in the order of host and path. */
export function publicAddresses(objects: readonly unknown[]): readonly PublicAddress[] {
  const found = new Map<string, PublicAddress>();
  for (const { host, path, tls } of objects.filter(isObject).flatMap(addressesOf)) {
    const key = `${host} ${path}`;
    found.set(key, { host, path, tls: tls || found.get(key)?.tls === true });
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, address]) => address);
}

function addressesOf(object: KubernetesObject): readonly PublicAddress[] {
  if (isIngress(object)) {
    const secured = new Set((object.spec?.tls ?? []).flatMap(({ hosts = [] }) => hosts));
    return (object.spec?.rules ?? []).flatMap(({ host, http }) =>
      host === undefined ? [] : (http?.paths ?? []).map(({ path = "/" }) => ({ host, path, tls: secured.has(host) })),
    );
  }
  if (isHttpRoute(object)) {
    const paths = (object.spec?.rules ?? []).flatMap(({ matches }) =>
      matches === undefined ? ["/"] : matches.map(({ path }) => path?.value ?? "/"),
    );
    return (object.spec?.hostnames ?? []).flatMap((host) => paths.map((path) => ({ host, path, tls: false })));
  }
  return [];
}

/** Stored by us from what the renderer made. */
function isObject(value: unknown): value is KubernetesObject {
  return typeof value === "object" && value !== null && "kind" in value && "apiVersion" in value && "metadata" in value;
}
