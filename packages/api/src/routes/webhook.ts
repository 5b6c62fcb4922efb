import * as z from "zod";
import { route } from "../route.ts";
import * as s from "../schemas.ts";
import { withoutControls } from "./parameters.ts";

const webhook = z.object({ webhook: z.coerce.number().int().positive().max(2_147_483_647) });

export const webhookRoutes = {
  listWebhooks: route({
    method: "GET",
    path: "/v1/webhooks",
    permission: "webhooks:read",
    status: 200,
    summary: "Who is told of rollouts, without the secrets",
    response: z.object({ items: z.array(s.webhook) }),
  }),
  addWebhook: route({
    method: "POST",
    path: "/v1/webhooks",
    permission: "webhooks:write",
    status: 201,
    summary: "Tells an address of rollouts from now on; the secret that messages are signed with is shown this once",
    body: z.object({
      url: z.string().max(2_000).regex(withoutControls),
      /** By default all. */
      events: z.array(s.webhookEvent).min(1).default(s.webhookEvent.options),
      /** Of this environment only. */
      environment: s.environmentName.optional(),
    }),
    response: s.webhook.extend({ secret: z.string() }),
    problems: ["webhook-url-not-valid", "environment-unknown"],
  }),
  removeWebhook: route({
    method: "DELETE",
    path: "/v1/webhooks/{webhook}",
    permission: "webhooks:write",
    status: 204,
    summary: "Forgets a webhook and what it has not been told yet",
    params: webhook,
  }),
  testWebhook: route({
    method: "POST",
    path: "/v1/webhooks/{webhook}/test",
    permission: "webhooks:write",
    status: 200,
    summary: "Sends a message of the type webhook.test now, once",
    params: webhook,
    response: z.object({
      delivered: z.boolean(),
      message: z.string(),
      /** HTTP status of the answer. */
      answer: z.int().optional(),
      error: z.string().optional(),
    }),
  }),
  listDeliveries: route({
    method: "GET",
    path: "/v1/webhooks/{webhook}/deliveries",
    permission: "webhooks:read",
    status: 200,
    summary: "What a webhook was told, newest first, and what became of it",
    params: webhook,
    query: z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) }),
    response: z.object({ items: z.array(s.delivery) }),
  }),
} as const;
