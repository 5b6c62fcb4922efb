import * as z from "zod";
import { time } from "./time.ts";

/** A change of the platform on its way through an environment's services. */
export const fleet = z.object({
  number: z.int(),
  environment: z.string(),
  /** `profile`: a new version of the profile or of the platform. */
  kind: z.enum(["profile", "cluster-added", "cluster-removed"]),
  cluster: z.string().optional(),
  /** `halted`: by failures; resume goes on past them. */
  status: z.enum(["running", "paused", "halted", "done", "stopped"]),
  /** Why it has halted. */
  reason: z.string().optional(),
  /** Rollouts at a time at most; it begins with one, and each that succeeds makes room for one more. */
  parallel: z.int(),
  /** Failed services after which it halts. */
  stopAfter: z.int(),
  actor: z.string(),
  createdAt: time,
  endedAt: time.optional(),
});

export type Fleet = z.infer<typeof fleet>;

export const fleetDetail = fleet.extend({
  /** In their order, the least critical first. */
  services: z.array(
    z.object({
      service: z.string(),
      /** `refused`: by prepare, or it cannot be rendered. `gone`: it does not run any more. */
      state: z.enum(["waiting", "rolling", "done", "failed", "refused", "unchanged", "gone"]),
      rollout: z.int().optional(),
      reason: z.string().optional(),
    }),
  ),
});

export type FleetDetail = z.infer<typeof fleetDetail>;

/** A service's place in the order of a fleet rollout, and why it has that. */
export const fleetPlace = z.object({
  service: z.string(),
  kind: z.enum(["business", "infrastructure", "frontend", "job"]),
  /** Services that stop with it, because they call it or one that does. */
  dependents: z.int(),
  /** `[slo] availability`, percent. */
  availability: z.number().optional(),
});

export type FleetPlace = z.infer<typeof fleetPlace>;
