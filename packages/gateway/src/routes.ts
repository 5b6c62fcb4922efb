/** Where requests of one route may go. `weight` is relative to its neighbours; 0 takes no requests. */
export interface Backend {
  /** Unique within the route; keeps the balancing position when routes are replaced. */
  readonly name: string;
  readonly weight: number;
  /** `host:port`, each one ready to serve. */
  readonly endpoints: readonly string[];
}

/** One route of a listener. */
export interface Route {
  /**
   * Host patterns as in Envoy's virtual hosts: `web.localhost` (exact), `web.*` (that first label and at least one more),
   * `*` (any). The port of the Host header is not looked at. Exact wins over a prefix, a prefix over any.
   */
  readonly hosts: readonly string[];
  readonly backends: readonly Backend[];
}

/** One listening socket. */
export interface Listener {
  /** Unique; a listener of the same name and address stays open when routes are replaced. */
  readonly name: string;
  /** Address to bind, for example `127.0.0.1`. */
  readonly host: string;
  /** 0 takes a free port, see `Gateway.address`. */
  readonly port: number;
  readonly routes: readonly Route[];
}

/** Everything a gateway serves, at one moment. */
export interface GatewayRoutes {
  readonly listeners: readonly Listener[];
}

/** All endpoints that some route names. */
export function endpointsOf(routes: GatewayRoutes): ReadonlySet<string> {
  const endpoints = new Set<string>();
  for (const listener of routes.listeners) {
    for (const route of listener.routes) {
      for (const backend of route.backends) for (const endpoint of backend.endpoints) endpoints.add(endpoint);
    }
  }
  return endpoints;
}

/** Finds the value whose pattern fits a Host header best. The first of two equal patterns wins. */
export function hostMatcher<T>(
  entries: readonly { readonly hosts: readonly string[]; readonly value: T }[],
): (hostHeader: string | undefined) => T | undefined {
  const exact = new Map<string, T>();
  const prefix = new Map<string, T>();
  let any: { readonly value: T } | undefined;
  for (const { hosts, value } of entries) {
    for (const host of hosts) {
      const pattern = host.toLowerCase();
      if (pattern === "*") any ??= { value };
      else if (pattern.endsWith(".*")) setOnce(prefix, pattern.slice(0, -2), value);
      else setOnce(exact, pattern, value);
    }
  }
  return (hostHeader) => {
    const host = hostName(hostHeader);
    const found = exact.get(host);
    if (found !== undefined) return found;
    const dot = host.indexOf(".");
    const byLabel = dot > 0 ? prefix.get(host.slice(0, dot)) : undefined;
    return byLabel ?? any?.value;
  };
}

/** The name in a Host header: lower case, without port and final dot. */
export function hostName(hostHeader: string | undefined): string {
  const host = (hostHeader ?? "").trim().toLowerCase();
  const withoutPort = host.startsWith("[") ? host.slice(0, host.indexOf("]") + 1) : host.replace(/:\d*$/, "");
  return withoutPort.endsWith(".") ? withoutPort.slice(0, -1) : withoutPort;
}

function setOnce<T>(map: Map<string, T>, key: string, value: T): void {
  if (!map.has(key)) map.set(key, value);
}
