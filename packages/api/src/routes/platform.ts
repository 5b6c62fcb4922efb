import * as z from "zod";
import { route } from "../route.ts";
import * as s from "../schemas.ts";

export const platformRoutes = {
  livez: route({
    method: "GET",
    path: "/livez",
    permission: "public",
    summary: "The process is alive",
    status: 200,
    stream: "text",
  }),
  readyz: route({
    method: "GET",
    path: "/readyz",
    permission: "public",
    summary: "Requests are served",
    status: 200,
    stream: "text",
  }),
  openapi: route({
    method: "GET",
    path: "/openapi.json",
    permission: "account:read",
    summary: "This API as OpenAPI 3.1",
    status: 200,
    response: z.unknown(),
  }),
  appTomlSchema: route({
    method: "GET",
    path: "/schemas/app.toml.json",
    permission: "public",
    summary: "JSON Schema of app.toml, for editors",
    status: 200,
    response: z.unknown(),
  }),
  platform: route({
    method: "GET",
    path: "/v1/platform",
    permission: "services:read",
    status: 200,
    summary: "Environments, version, edge",
    response: z.object({
      version: z.string(),
      environments: z.array(
        z.object({
          name: s.environmentName,
          clusters: z.array(z.string()),
          /** Prefix of the registry that images are pushed to; absent where there is none. */
          registry: z.string().optional(),
        }),
      ),
      edge: z.object({ port: z.int() }).optional(),
    }),
  }),
} as const;
