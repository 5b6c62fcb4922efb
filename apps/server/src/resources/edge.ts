import { createHash } from "node:crypto";
import type { EdgeRoutes } from "@fairway/api";
import type { Drains } from "@fairway/catalog";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { environments } from "../clusters/environments.ts";
import type { Handlers } from "../http/handler.ts";
import type { ActiveReleases } from "../releases/active-releases.ts";
import { publicAddresses } from "../services/public-addresses.ts";

/** The name under which the edge serves a service; clusters' gateways know it too: its first label is the Service's name. */
export function edgeHost(service: string): string {
  return `${service}.localhost`;
}

/**
 * Where the edge sends requests: every cluster that has the active release, was not stopped, is not lost and not drained; equal
 * shares. Whether a cluster answers is for the edge to see: that its API is silent, or that this process has just
 * started and has not heard of it yet, says nothing about the services in it.
 */
export function edgeHandlers(pool: ClusterPool, active: ActiveReleases, drains: Drains): Pick<Handlers, "edgeRoutes"> {
  return {
    edgeRoutes: async ({ version }) => {
      const drained = new Set((await drains.list()).map((one) => `${one.environment} ${one.service} ${one.cluster}`));
      const hosts: EdgeRoutes["hosts"] = [];
      for (const { name: environment, clusters } of environments(pool)) {
        const releases = await active.of(environment);
        for (const [service, { objects }] of Object.entries(releases).sort(([a], [b]) => (a < b ? -1 : 1))) {
          const backends = clusters.flatMap(({ record, stopped }) =>
            record.gateway !== undefined &&
            !stopped &&
            record.lost === undefined &&
            Object.hasOwn(objects, record.name) &&
            !drained.has(`${environment} ${service} ${record.name}`)
              ? [{ cluster: record.name, address: record.gateway, weight: 1 }]
              : [],
          );
          if (clusters.some(({ record }) => record.gateway !== undefined)) {
            hosts.push({ host: edgeHost(service), service, environment, backends });
            for (const { host, path } of publicAddresses(Object.values(objects).flat())) {
              hosts.push({ host, path, service, environment, backends });
            }
          }
        }
      }
      const known = createHash("sha256").update(JSON.stringify(hosts)).digest("hex").slice(0, 16);
      version(known);
      return { version: known, hosts };
    },
  };
}
