import type { KubernetesObject } from "@fairway/objects";
import type { Cluster } from "../ports.ts";
import { gatewayRouter } from "./gateway.ts";
import { httpRouteRouter } from "./http-route.ts";
import { replicasRouter } from "./replicas.ts";
import type { Router, RouterName } from "./router.ts";
import { routesTo, sharedServices } from "./slot-services.ts";

export const routers: Readonly<Record<RouterName, Router>> = {
  gateway: gatewayRouter,
  "http-route": httpRouteRouter,
  replicas: replicasRouter,
};

/** What shares requests out in a cluster: routes that both releases have go before the cluster's own gateway. */
export function routerOf(
  cluster: Pick<Cluster, "router">,
  former: readonly KubernetesObject[],
  desired: readonly KubernetesObject[],
): RouterName {
  const stable = sharedServices({ former, desired });
  const isRouted = (objects: readonly KubernetesObject[]): boolean =>
    objects.some((object) => routesTo(object, stable));
  if (isRouted(former) && isRouted(desired)) return "http-route";
  return cluster.router ?? "replicas";
}
