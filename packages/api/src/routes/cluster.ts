import * as z from "zod";
import { route } from "../route.ts";
import * as s from "../schemas.ts";
import { withoutControls } from "./parameters.ts";

const cluster = z.object({ cluster: s.clusterName });

const withFleet = s.clusterSummary.extend({
  /** Of the fleet rollout that brings services there; absent where none has to come. */
  fleet: z.int().optional(),
});

export const clusterRoutes = {
  listClusters: route({
    method: "GET",
    path: "/v1/clusters",
    permission: "clusters:read",
    status: 200,
    summary: "All registered clusters",
    response: z.object({ items: z.array(s.clusterSummary) }),
  }),
  addCluster: route({
    method: "POST",
    path: "/v1/clusters",
    permission: "clusters:write",
    status: 201,
    summary: "Registers any Kubernetes API by a kubeconfig, and brings what runs in its environment there",
    body: z.object({
      name: s.clusterName,
      environment: s.environmentName,
      kubeconfig: z.string().max(262_144),
      context: z.string().max(253).regex(withoutControls).optional(),
      /** How services of this cluster reach each other. */
      addressTemplate: z.string().max(500).regex(withoutControls).optional(),
    }),
    response: withFleet,
    problems: ["cluster-exists", "kubeconfig-not-valid", "cluster-unreachable", "fleet-active"],
  }),
  removeCluster: route({
    method: "DELETE",
    path: "/v1/clusters/{cluster}",
    permission: "clusters:write",
    status: 200,
    summary: "Empties a registered cluster service by service, then forgets it; asked for again it goes on",
    params: cluster,
    query: z.object({
      /** For one that will not come back: forgotten at once, with what is in it. */
      force: z.stringbool().default(false),
    }),
    response: z.object({
      /** It is forgotten; else that is done when the last service has left. */
      removed: z.boolean(),
      /** Of the fleet rollout that empties it. */
      fleet: z.int().optional(),
      /** Of `force`: what stays in it. */
      leftBehind: z.array(z.object({ service: z.string(), namespace: z.string() })),
    }),
    problems: ["cluster-embedded", "cluster-last", "fleet-active"],
  }),
  keepCluster: route({
    method: "POST",
    path: "/v1/clusters/{cluster}/keep",
    permission: "clusters:write",
    status: 200,
    summary: "Keeps a cluster that is being removed: services that have left it come back",
    params: cluster,
    response: withFleet,
    problems: ["fleet-active"],
  }),
  stopCluster: route({
    method: "POST",
    path: "/v1/clusters/{cluster}/stop",
    permission: "clusters:write",
    status: 202,
    summary: "Makes an embedded cluster unreachable, for trying what happens",
    params: cluster,
    problems: ["cluster-not-embedded"],
  }),
  startCluster: route({
    method: "POST",
    path: "/v1/clusters/{cluster}/start",
    permission: "clusters:write",
    status: 202,
    summary: "Starts a stopped embedded cluster",
    params: cluster,
    problems: ["cluster-not-embedded"],
  }),
  loseCluster: route({
    method: "POST",
    path: "/v1/clusters/{cluster}/lost",
    permission: "clusters:write",
    status: 200,
    summary: "Declares a cluster lost: rollouts go on without it, and it takes no traffic",
    params: cluster,
    response: s.clusterSummary.extend({
      /** Rollouts that are under way and were told to go on without it. */
      rollouts: z.array(z.int()),
    }),
    problems: ["cluster-last"],
  }),
  findCluster: route({
    method: "DELETE",
    path: "/v1/clusters/{cluster}/lost",
    permission: "clusters:write",
    status: 200,
    summary: "Takes a lost cluster back: it takes traffic when it has what is active",
    params: cluster,
    response: s.clusterSummary,
  }),
  clusterKubeconfig: route({
    method: "GET",
    path: "/v1/clusters/{cluster}/kubeconfig",
    permission: "clusters:kubeconfig",
    status: 200,
    summary: "A kubeconfig for kubectl",
    params: cluster,
    stream: "text",
  }),
} as const;
