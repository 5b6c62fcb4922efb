import * as z from "zod";
import { digest } from "./names.ts";
import { time } from "./time.ts";

/** The commit that a release was made at. */
export const commit = z.object({
  hash: z.string().regex(/^[0-9a-f]{40,64}$/),
  /** First line of its message. */
  subject: z
    .string()
    .max(200)
    .regex(/^\P{Cc}*$/u),
  committedAt: time,
  /** The folder had changes beside it: what runs is not what the commit has. */
  dirty: z.boolean(),
});

export type Commit = z.infer<typeof commit>;

export const release = z.object({
  name: z.string(),
  service: z.string(),
  environment: z.string(),
  /** Absent when it runs a ready image. */
  snapshot: digest.optional(),
  /** The ready image: as app.toml names it, and what that meant when the release was made. */
  image: z.object({ asked: z.string(), reference: z.string() }).optional(),
  /** Version of the platform owner's profile that it was made with; absent where it is not known. */
  profile: z.string().optional(),
  commit: commit.optional(),
  createdAt: time,
  actor: z.string(),
  /** False once it was retired, and its snapshot deleted: it cannot be rolled back to. */
  available: z.boolean(),
  active: z.boolean(),
});

export type Release = z.infer<typeof release>;

/** How the push of an image goes on; the last event is the image. */
export const imageEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("progress"),
    /** What is being sent: `layer 2 of 3`. */
    what: z.string(),
    /** Bytes. */
    sent: z.int(),
    total: z.int(),
  }),
  z.object({
    type: z.literal("image"),
    /** By digest. */
    reference: z.string(),
    digest,
    /** Compressed size of the whole image. */
    bytes: z.int(),
    /** Bytes that the registry did not have. */
    sent: z.int(),
    warnings: z.array(z.string()),
  }),
]);

export type ImageEvent = z.infer<typeof imageEvent>;
