import * as z from "zod";
import { time } from "./time.ts";

/** Who did what; refused commands too. */
export const auditEntry = z.object({
  /** Grows; the next page lies before the last one. */
  id: z.int(),
  at: time,
  actor: z.string(),
  permission: z.string(),
  /** Operation of the API: `createRollout`. */
  command: z.string(),
  /** What it was about: a service, a rollout's number, a release. */
  target: z.string(),
  outcome: z.enum(["accepted", "refused"]),
  /** Code of the problem that it was refused with. */
  detail: z.string().optional(),
});

export type AuditEntry = z.infer<typeof auditEntry>;
