import * as z from "zod";
import { route } from "../route.ts";
import * as s from "../schemas.ts";
import { inEnvironment, service, whenBusy } from "./parameters.ts";

export const serviceRoutes = {
  listServices: route({
    method: "GET",
    path: "/v1/services",
    permission: "services:read",
    status: 200,
    summary: "All services of an environment, with health",
    query: inEnvironment.extend({ search: z.string().max(200).optional() }),
    response: z.object({ items: z.array(s.serviceSummary) }),
  }),
  getService: route({
    method: "GET",
    path: "/v1/services/{service}",
    permission: "services:read",
    status: 200,
    summary: "One service",
    params: service,
    query: inEnvironment,
    response: s.serviceDetail,
  }),
  removeService: route({
    method: "DELETE",
    path: "/v1/services/{service}",
    permission: "services:remove",
    status: 202,
    summary: "Starts the rollout that removes a service",
    params: service,
    query: inEnvironment.extend({ whenBusy }),
    response: s.rolloutSummary,
    problems: ["rollout-active"],
  }),
  listServiceEvents: route({
    method: "GET",
    path: "/v1/services/{service}/events",
    permission: "services:read",
    status: 200,
    summary: "Kubernetes events, newest first",
    params: service,
    query: inEnvironment,
    response: z.object({ items: z.array(s.kubernetesEvent) }),
  }),
  listServiceObjects: route({
    method: "GET",
    path: "/v1/services/{service}/objects",
    permission: "services:read",
    status: 200,
    summary: "Kubernetes objects as they are",
    params: service,
    query: inEnvironment,
    response: z.object({
      items: z.array(z.object({ cluster: z.string(), object: z.record(z.string(), z.unknown()) })),
    }),
  }),
  serviceLogs: route({
    method: "GET",
    path: "/v1/services/{service}/logs",
    permission: "logs:read",
    status: 200,
    summary: "Log lines of all pods, merged",
    stream: "sse",
    params: service,
    response: s.logLine,
    query: inEnvironment.extend({
      cluster: s.clusterName.optional(),
      pod: z.string().max(253).optional(),
      release: z.string().max(64).optional(),
      follow: z.stringbool().default(false),
      previous: z.stringbool().default(false),
      tail: z.coerce.number().int().min(0).max(100_000).default(200),
    }),
  }),
} as const;
