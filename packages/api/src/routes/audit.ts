import * as z from "zod";
import { route } from "../route.ts";
import * as s from "../schemas.ts";

export const auditRoutes = {
  listAudit: route({
    method: "GET",
    path: "/v1/audit",
    permission: "audit:read",
    status: 200,
    summary: "Every command, refused ones too, newest first",
    query: z.object({
      actor: z.string().max(200).optional(),
      /** A word of the target: a service, a rollout's number, a release. */
      about: z.string().max(200).optional(),
      outcome: z.enum(["accepted", "refused"]).optional(),
      /** Entries older than this id. */
      before: z.coerce.number().int().positive().max(2_147_483_647).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(50),
    }),
    response: z.object({ items: z.array(s.auditEntry) }),
  }),
} as const;
