import * as z from "zod";
import { time } from "./time.ts";

export const clusterSummary = z.object({
  name: z.string(),
  environment: z.string(),
  embedded: z.boolean(),
  reachable: z.boolean(),
  /** Why it cannot be reached, or which right is missing. */
  trouble: z.string().optional(),
  version: z.string().optional(),
  nodes: z.int().optional(),
  services: z.int(),
  /** Stopped by a person. */
  stopped: z.boolean(),
  /** Somebody declared it lost: rollouts go on without it, and it takes no traffic. */
  lost: z.object({ by: z.string(), at: time }).optional(),
  /** Somebody is removing it: services leave it one by one, and none comes to it. */
  retiring: z.object({ by: z.string(), at: time }).optional(),
  lastSeenAt: time.optional(),
});

export type ClusterSummary = z.infer<typeof clusterSummary>;

export const registrySummary = z.object({
  name: z.string(),
  environment: z.string(),
  /** A service's images are in `<prefix>/<service>`. */
  prefix: z.string(),
  plainHttp: z.boolean(),
  /** The server has credentials to push with. */
  credentials: z.boolean(),
  /** The nodes of clusters have credentials to pull with. */
  pullCredentials: z.boolean(),
  /** Trusts certificates besides the usual ones. */
  certificateAuthority: z.boolean(),
  /** References of the images that services stand on, by engine. */
  bases: z.record(z.string(), z.string()),
  createdAt: time,
});

export type RegistrySummary = z.infer<typeof registrySummary>;

/** What the edge routes: hosts, and paths of them, to clusters' gateways. */
export const edgeRoutes = z.object({
  /** Changes when anything below does. */
  version: z.string(),
  hosts: z.array(
    z.object({
      host: z.string(),
      /** The paths that begin with these parts; all of the host when it is left out. */
      path: z.string().optional(),
      service: z.string(),
      environment: z.string(),
      backends: z.array(
        z.object({
          cluster: z.string(),
          /** host:port of the cluster's gateway. */
          address: z.string(),
          weight: z.number(),
        }),
      ),
    }),
  ),
});

export type EdgeRoutes = z.infer<typeof edgeRoutes>;
