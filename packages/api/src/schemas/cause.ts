import * as z from "zod";

/** Why something does not work; the same words in CLI, API and dashboard. */
export const cause = z.object({
  /** A code of the diagnosis table, for example `CrashLoop`. */
  code: z.string(),
  severity: z.enum(["fatal", "likely", "transient"]),
  /** One line in a person's words: "the new release crashes when it starts". */
  summary: z.string(),
  cluster: z.string(),
  /** `Pod/user-a-6d9f-x2` */
  object: z.string(),
  container: z.string().optional(),
  /** Where the pod is. */
  node: z.string().optional(),
  /** Objects with the same cause, this one included. */
  count: z.int(),
  exitCode: z.int().optional(),
  /** How long the container had run when it ended, in milliseconds; Kubernetes counts whole seconds, so 0 is less than one. */
  ranFor: z.number().optional(),
  restarts: z.int().optional(),
  /** The object's or event's own message. */
  message: z.string().optional(),
  /** The few lines of its last log that tell most, oldest first. */
  lastLog: z.array(z.string()).optional(),
  /** What to do. */
  advice: z.string(),
});

export type Cause = z.infer<typeof cause>;
