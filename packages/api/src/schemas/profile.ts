import * as z from "zod";
import { problem } from "./problem.ts";
import { time } from "./time.ts";

/** What `[[kubernetes.patches]]` change or `kubernetes/` brings, and in which services. */
export const escapeHatch = z.object({
  what: z.enum(["patch", "object"]),
  kind: z.string(),
  /** Of a patch: `.spec.template.spec.hostAliases`, items of lists as `[]`. */
  field: z.string().optional(),
  services: z.array(z.string()),
});

export type EscapeHatch = z.infer<typeof escapeHatch>;

/** A version of the platform owner's profile; 0 is the built-in one, which nobody wrote. */
export const profile = z.object({
  version: z.int(),
  /** TOML. */
  text: z.string(),
  actor: z.string().optional(),
  createdAt: time.optional(),
});

export type Profile = z.infer<typeof profile>;

/** What making every service anew would change. Values of variables, and what may be secret, are not in it. */
export const previewEvent = z.discriminatedUnion("type", [
  /** How many services were looked at, of how many. */
  z.object({ type: z.literal("progress"), done: z.int(), total: z.int() }),
  /** A service that would change, or could not be released, or is not known well enough. */
  z.object({
    type: z.literal("service"),
    environment: z.string(),
    service: z.string(),
    /** The active one, which it is compared with. */
    release: z.string(),
    outcome: z.enum(["changed", "refused", "unknown"]),
    /** In short words, each with the clusters where it holds. */
    changes: z.array(z.object({ change: z.string(), clusters: z.array(z.string()) })),
    /** Clusters where all of its pods would be replaced. */
    restarts: z.array(z.string()),
    /** Why it is refused or unknown. */
    reason: z.string().optional(),
    issues: problem.shape.issues,
  }),
  z.object({
    type: z.literal("end"),
    services: z.int(),
    unchanged: z.int(),
    changed: z.int(),
    refused: z.int(),
    unknown: z.int(),
    /** How many of the changed ones would be restarted. */
    restarting: z.int(),
  }),
]);

export type PreviewEvent = z.infer<typeof previewEvent>;
