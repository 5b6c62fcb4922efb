import * as z from "zod";
import { route } from "../route.ts";
import * as s from "../schemas.ts";
import { inEnvironment, service, withoutControls } from "./parameters.ts";

export const driftRoutes = {
  getDrift: route({
    method: "GET",
    path: "/v1/services/{service}/drift",
    permission: "services:read",
    status: 200,
    summary: "What somebody changed by hand since the active release was rolled out, asked of all clusters now",
    params: service,
    query: inEnvironment,
    response: s.serviceDrift,
    problems: ["rollout-active"],
  }),
  repairDrift: route({
    method: "POST",
    path: "/v1/services/{service}/drift/repair",
    permission: "services:deploy",
    status: 201,
    summary: "Starts the rollout of the active release that takes back what somebody changed by hand",
    params: service,
    body: z.object({
      environment: s.environmentName.optional(),
      idempotencyKey: z.string().min(8).max(100).regex(withoutControls),
    }),
    response: s.rolloutSummary,
    problems: ["rollout-active", "idempotency-key-used"],
  }),
  keepField: route({
    method: "PUT",
    path: "/v1/services/{service}/drift/kept",
    permission: "services:deploy",
    status: 200,
    summary: "Leaves a field to whoever has set it by hand, or takes that back",
    params: service,
    body: z.object({
      environment: s.environmentName.optional(),
      /** `Deployment/user-a`; may be left out where one object only has the field changed. */
      object: z.string().max(400).regex(withoutControls).optional(),
      field: z.string().min(2).max(1_000).regex(withoutControls),
      /** False: the release decides again. What others have set is then changed by hand, until it is taken back. */
      kept: z.boolean().default(true),
    }),
    response: z.object({ object: z.string(), field: z.string(), kept: z.boolean() }),
    problems: ["rollout-active", "drift-unknown", "drift-ambiguous"],
  }),
} as const;
