import * as z from "zod";

/** An event of `GET /v1/events`: something changed, fetch it again. Never carries data that needs another right. */
export const liveEvent = z.object({
  kind: z.enum(["service", "rollout", "cluster"]),
  /** Service or cluster name, or the rollout's number. */
  id: z.string(),
  environment: z.string().optional(),
});

export type LiveEvent = z.infer<typeof liveEvent>;
