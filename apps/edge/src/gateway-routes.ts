import type { EdgeRoutes } from "@fairway/api";
import type { GatewayRoutes } from "@fairway/gateway";

/** The edge's one listener. */
export const LISTENER = "edge";

/** Hosts lead to clusters' gateways, by weight. */
export function gatewayRoutes(routes: EdgeRoutes, port: number): GatewayRoutes {
  return {
    listeners: [
      {
        name: LISTENER,
        host: "127.0.0.1",
        port,
        routes: routes.hosts.map(({ host, backends }) => ({
          hosts: [host],
          backends: backends.map(({ cluster, address, weight }) => ({ name: cluster, weight, endpoints: [address] })),
        })),
      },
    ],
  };
}
