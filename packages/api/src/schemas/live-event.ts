import * as z from "zod";

/** An event of `GET /v1/events`: something changed, fetch it again. Never carries data that needs another right. */
export const liveEvent = z.object({
  kind: z.enum(["service", "rollout", "cluster", "fleet"]),
  /** Service or cluster name, the rollout's number; of a fleet rollout its environment, which has one at a time. */
  id: z.string(),
  environment: z.string().optional(),
});

export type LiveEvent = z.infer<typeof liveEvent>;
