import * as z from "zod";
import { time } from "./time.ts";

export const pod = z.object({
  name: z.string(),
  slot: z.string(),
  release: z.string(),
  phase: z.string(),
  ready: z.boolean(),
  restarts: z.int(),
  /** Waiting or terminated reason, when there is one. */
  reason: z.string().optional(),
  startedAt: time.optional(),
});

export type Pod = z.infer<typeof pod>;
