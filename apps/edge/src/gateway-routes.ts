import type { EdgeRoutes } from "@fairway/api";
import type { GatewayRoutes } from "@fairway/gateway";

/** The edge's one listener. */
export const LISTENER = "edge";

/** Hosts and paths lead to clusters' gateways, by weight; there the same host and path are routed once more, to pods. */
export function gatewayRoutes(routes: EdgeRoutes, port: number): GatewayRoutes {
  return {
    listeners: [
      {
        name: LISTENER,
        host: "127.0.0.1",
        port,
        routes: routes.hosts.map(({ host, path, backends }) => ({
          hosts: [host],
          ...(path === undefined ? {} : { path: { type: "prefix" as const, value: path } }),
          backends: backends.map(({ cluster, address, weight }) => ({ name: cluster, weight, endpoints: [address] })),
        })),
      },
    ],
  };
}
