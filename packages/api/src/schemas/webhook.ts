import * as z from "zod";
import { time } from "./time.ts";

/** What a webhook may be told of a rollout. */
export const webhookEvent = z.enum(["started", "waiting", "failed", "rolled-back", "done"]);

export const delivery = z.object({
  /** The header `webhook-id`: the same for each try. */
  message: z.string(),
  event: webhookEvent,
  rollout: z.int(),
  status: z.enum(["waiting", "delivered", "given-up"]),
  attempts: z.int(),
  createdAt: time,
  /** Of the last try. */
  lastAt: time.optional(),
  /** HTTP status of the last answer. */
  answer: z.int().optional(),
  /** Why the last try failed. */
  error: z.string().optional(),
});

export type Delivery = z.infer<typeof delivery>;

export const webhook = z.object({
  id: z.int(),
  url: z.string(),
  events: z.array(webhookEvent),
  /** Of this environment only; absent: of all. */
  environment: z.string().optional(),
  actor: z.string(),
  createdAt: time,
  /** Since when nothing is sent: its receiver answered 410 Gone. A test that is taken ends that. */
  goneAt: time.optional(),
  /** The newest message. */
  last: delivery.optional(),
});

export type Webhook = z.infer<typeof webhook>;
