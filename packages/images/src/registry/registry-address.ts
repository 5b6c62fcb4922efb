/** How a registry is reached, given by the caller for each host. */
export interface RegistryAccess {
  /** Text of a Docker configuration file (`config.json`, or `.dockerconfigjson` of a Secret). */
  readonly dockerConfig?: string | undefined;
  /** PEM; trusted in addition to the public authorities. */
  readonly certificateAuthority?: string | undefined;
  /** Without TLS. By default only for a loopback host for which no authority is given. */
  readonly plainHttp?: boolean | undefined;
  /**
   * Neither this machine nor private networks are asked, under whatever name, also where the registry sends elsewhere: for a
   * host that comes from somebody who may not look into the network of this machine.
   */
  readonly publicOnly?: boolean | undefined;
}

/** `https://host:port/` of a registry; Docker Hub answers under another name than the one in its images. */
export function registryAddress(registry: string, access: RegistryAccess): URL {
  const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
  const secure = new URL(`https://${host}/`);
  const plain = access.plainHttp ?? (isLoopback(secure) && access.certificateAuthority === undefined);
  return plain ? new URL(`http://${host}/`) : secure;
}

/** True for addresses of this machine: `localhost`, 127.0.0.0/8, `::1`. */
function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/**
 * Whether credentials may go to a token server: by https wherever the registry says; in the clear only for a registry that is
 * itself in the clear, and then only to the same host or this machine.
 */
export function mayReceiveCredentials(realm: URL, registry: URL): boolean {
  if (realm.username !== "" || realm.password !== "") return false;
  if (realm.protocol === "https:") return true;
  return (
    realm.protocol === "http:" &&
    registry.protocol === "http:" &&
    (realm.hostname === registry.hostname || isLoopback(realm))
  );
}

/**
 * Where an answer sends us, or undefined where we do not go: other schemes, and from https to the clear. An address of the
 * same host in the clear keeps https: registries behind a proxy often do not know how they are reached.
 */
export function nextAddress(location: string, from: URL): URL | undefined {
  if (!URL.canParse(location, from.href)) return undefined;
  const next = new URL(location, from);
  if (next.protocol !== "https:" && next.protocol !== "http:") return undefined;
  if (next.username !== "" || next.password !== "") return undefined;
  if (from.protocol === "https:" && next.protocol === "http:") {
    if (next.host !== from.host) return undefined;
    next.protocol = "https:";
  }
  next.hash = "";
  return next;
}
