import * as z from "zod";
import { time } from "./time.ts";

/** Something of a service that is not as its release says, in the clusters where it is the same. */
export const driftChange = z.object({
  clusters: z.array(z.string()),
  /** `Deployment/user-a` */
  object: z.string(),
  /**
   * Of a field: `changed`, `added` (the release has no such one), `removed`. Of an object: `deleted`, `replaced` by another one of
   * its name, `foreign` (it lost our labels), `extra` (it has them, and no release made it).
   */
  change: z.enum(["changed", "added", "removed", "deleted", "replaced", "foreign", "extra"]),
  /** `.spec.replicas` */
  field: z.string().optional(),
  /** What the release says; absent where it says nothing. */
  wanted: z.unknown().optional(),
  /** What is there; absent where it is gone. */
  live: z.unknown().optional(),
  /** The values may be secret: they are shown as `(hidden)`. */
  hidden: z.boolean(),
  /** Who did it, as Kubernetes knows him: `kubectl-edit`; absent where nobody can say. */
  manager: z.string().optional(),
  at: time.optional(),
  /** It was left to whoever has set it. */
  kept: z.boolean(),
});

export type DriftChange = z.infer<typeof driftChange>;

/** A field that somebody decided to leave to whoever has set it by hand. */
export const keptField = z.object({
  /** `Deployment/user-a` */
  object: z.string(),
  field: z.string(),
  /** Who decided it, and when. */
  actor: z.string(),
  at: time,
});

export type KeptField = z.infer<typeof keptField>;

export const serviceDrift = z.object({
  service: z.string(),
  environment: z.string(),
  /** The active release, which it is compared with. */
  release: z.string(),
  checkedAt: time,
  changes: z.array(driftChange),
  /** All that are left to others, also where nobody has them at present. */
  kept: z.array(keptField),
  clusters: z.array(
    z.object({
      cluster: z.string(),
      /** False: nothing is known about it; `problems` say why. */
      compared: z.boolean(),
      problems: z.array(z.string()),
    }),
  ),
});

export type ServiceDrift = z.infer<typeof serviceDrift>;
