import { route } from "../route.ts";
import * as s from "../schemas.ts";

export const liveRoutes = {
  events: route({
    method: "GET",
    path: "/v1/events",
    permission: "services:read",
    status: 200,
    stream: "sse",
    summary: "What changed; resumable by Last-Event-ID",
    response: s.liveEvent,
  }),
  edgeRoutes: route({
    method: "GET",
    path: "/v1/edge/routes",
    permission: "edge:read",
    status: 200,
    summary: "What the edge routes; answers 304 to a known version",
    response: s.edgeRoutes,
  }),
} as const;
