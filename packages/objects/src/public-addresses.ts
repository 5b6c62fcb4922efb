import { isHttpRoute, isIngress } from "./kinds/guards.ts";
import type { KubernetesObject } from "./object.ts";

/** Where people outside of a cluster reach something in it. */
export interface PublicAddress {
  readonly host: string;
  /** A prefix, by whole parts. */
  readonly path: string;
  /** Undefined: the Gateway decides. */
  readonly tls: boolean | undefined;
}

/** The addresses that an object opens; only Ingresses and HTTPRoutes have some. A rule without paths opens the whole host. */
export function publicAddressesOf(object: KubernetesObject): readonly PublicAddress[] {
  if (isIngress(object)) {
    const secured = new Set((object.spec?.tls ?? []).flatMap(({ hosts = [] }) => hosts));
    return (object.spec?.rules ?? []).flatMap(({ host, http }) => {
      if (host === undefined) return [];
      const paths = http?.paths.map(({ path = "/" }) => path) ?? ["/"];
      return paths.map((path) => ({ host, path, tls: secured.has(host) }));
    });
  }
  if (isHttpRoute(object)) {
    const matches = (object.spec?.rules ?? []).flatMap(({ matches: of = [{}] }) => of);
    const paths = (matches.length === 0 ? [{}] : matches).map(({ path }) => path?.value ?? "/");
    return (object.spec?.hostnames ?? []).flatMap((host) => paths.map((path) => ({ host, path, tls: undefined })));
  }
  return [];
}
