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
   * Host patterns: `web.localhost` (exact), `*.example.com` (one label before it), `web.*` (that first label and at least
   * one more), `*` (any). The port of the Host header is not looked at. The first of these that fits wins, and no other
   * is looked at, whatever the path.
   */
  readonly hosts: readonly string[];
  /**
   * Which paths of these hosts: `prefix` by whole parts (`/api` has `/api` and `/api/x`, not `/apis`), or exactly this one.
   * All paths when it is left out. An exact path wins, then the longest prefix.
   */
  readonly path?: { readonly type: "prefix" | "exact"; readonly value: string };
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

/** What a request asks for. */
export interface Asked {
  /** The Host header. */
  readonly host: string | undefined;
  /** The request's target, with its query. */
  readonly target: string | undefined;
}

/** Finds the value whose route fits a request best. The first of two equal ones wins. */
export function routeMatcher<T>(
  entries: readonly (Pick<Route, "hosts" | "path"> & { readonly value: T })[],
): (asked: Asked) => T | undefined {
  type Entry = (typeof entries)[number];
  const exact = new Map<string, Entry[]>();
  const below = new Map<string, Entry[]>();
  const first = new Map<string, Entry[]>();
  const any: Entry[] = [];
  for (const entry of entries) {
    for (const host of entry.hosts) {
      const pattern = host.toLowerCase();
      if (pattern === "*") any.push(entry);
      else if (pattern.startsWith("*.")) add(below, pattern.slice(2), entry);
      else if (pattern.endsWith(".*")) add(first, pattern.slice(0, -2), entry);
      else add(exact, pattern, entry);
    }
  }
  return ({ host, target }) => {
    const name = hostName(host);
    const dot = name.indexOf(".");
    const byLabel = dot > 0 ? (below.get(name.slice(dot + 1)) ?? first.get(name.slice(0, dot))) : undefined;
    return byPath(exact.get(name) ?? byLabel ?? any, target)?.value;
  };
}

function byPath<E extends Pick<Route, "path">>(entries: readonly E[], target: string | undefined): E | undefined {
  if (entries.every(({ path }) => path === undefined)) return entries[0];
  const path = pathOf(target);
  let best: E | undefined;
  let rank = -1;
  for (const entry of entries) {
    const own = rankOf(entry.path, path);
    if (own > rank) [best, rank] = [entry, own];
  }
  return best;
}

/** How well a path fits; -1: not at all. */
function rankOf(of: Route["path"], path: string): number {
  if (of === undefined) return 0;
  if (of.type === "exact") return of.value === path ? Number.MAX_SAFE_INTEGER : -1;
  const prefix = of.value.endsWith("/") ? of.value : `${of.value}/`;
  return `${path}/`.startsWith(prefix) ? prefix.length : -1;
}

/** Of `/a?b` or `http://host/a?b`. */
function pathOf(target = "/"): string {
  const path = target.replace(/^[a-z]+:\/\/[^/?#]*/i, "").replace(/[?#].*$/s, "");
  return path === "" ? "/" : path;
}

/** The name in a Host header: lower case, without port and final dot. */
export function hostName(hostHeader: string | undefined): string {
  const host = (hostHeader ?? "").trim().toLowerCase();
  const withoutPort = host.startsWith("[") ? host.slice(0, host.indexOf("]") + 1) : host.replace(/:\d*$/, "");
  return withoutPort.endsWith(".") ? withoutPort.slice(0, -1) : withoutPort;
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
