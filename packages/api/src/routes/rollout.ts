import * as z from "zod";
import { route } from "../route.ts";
import * as s from "../schemas.ts";
import { inEnvironment, rolloutNumber, whenBusy, withoutControls } from "./parameters.ts";

export const rolloutRoutes = {
  createRollout: route({
    method: "POST",
    path: "/v1/rollouts",
    permission: "services:deploy",
    status: 201,
    summary: "Starts a rollout of a release; the same key gives the same rollout",
    body: z.object({
      service: s.serviceName,
      environment: s.environmentName.optional(),
      /** A name or a unique beginning of it; `previous` for the one before the active one. */
      release: z.string().min(4).max(64).regex(withoutControls),
      kind: z.enum(["deploy", "rollback"]).default("deploy"),
      idempotencyKey: z.string().min(8).max(100).regex(withoutControls),
      whenBusy,
    }),
    response: s.rolloutSummary,
    problems: [
      "release-unknown",
      "release-ambiguous",
      "release-not-available",
      "address-taken",
      "rollout-active",
      "idempotency-key-used",
    ],
  }),
  commandRollout: route({
    method: "POST",
    path: "/v1/rollouts/{number}/commands",
    permission: "rollouts:command",
    status: 202,
    summary: "Tells a rollout to do something; the same id is the same command",
    params: rolloutNumber,
    body: z.object({
      id: z
        .string()
        .min(8)
        .max(100)
        .regex(/^[\w.-]+$/, "must be of letters, digits, dots, _ and -"),
      command: s.rolloutCommand,
    }),
    response: z.object({
      rollout: z.int(),
      command: s.rolloutCommand,
      /** `stored`: nobody drives the rollout now; it is answered, in its journal, as soon as somebody does. */
      answer: z.enum(["accepted", "stored"]),
    }),
    problems: ["command-refused", "rollout-ended", "idempotency-key-used"],
  }),
  listRollouts: route({
    method: "GET",
    path: "/v1/rollouts",
    permission: "rollouts:read",
    status: 200,
    summary: "Rollouts, newest first",
    query: inEnvironment.extend({
      service: s.serviceName.optional(),
      limit: z.coerce.number().int().min(1).max(500).default(50),
    }),
    response: z.object({ items: z.array(s.rolloutSummary) }),
  }),
  getRollout: route({
    method: "GET",
    path: "/v1/rollouts/{number}",
    permission: "rollouts:read",
    status: 200,
    summary: "One rollout, as it is or as it was when one of its journal's entries was written",
    params: rolloutNumber,
    query: z.object({ until: z.coerce.number().int().min(0).max(2_147_483_647).optional() }),
    response: s.rolloutDetail,
  }),
  listRolloutEntries: route({
    method: "GET",
    path: "/v1/rollouts/{number}/entries",
    permission: "rollouts:read",
    status: 200,
    summary: "The journal of a rollout in words, oldest first; getRollout shows the rollout at each of them",
    params: rolloutNumber,
    response: z.object({ items: z.array(s.rolloutEntry) }),
  }),
  followRollout: route({
    method: "GET",
    path: "/v1/rollouts/{number}/events",
    permission: "rollouts:read",
    status: 200,
    stream: "sse",
    summary:
      "The rollout as it goes: its whole state after each change, ends when the rollout has ended; resumable by Last-Event-ID",
    params: rolloutNumber,
    response: s.rolloutDetail,
  }),
} as const;
