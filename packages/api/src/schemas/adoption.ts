import * as z from "zod";
import { time } from "./time.ts";

/** An object that somebody else has made: `Deployment/shop`, `Helm release shop`. */
const former = z.object({ object: z.string(), madeBy: z.string() });

/** What is done with the old service in one cluster. */
export const adoptionInCluster = z.object({
  name: z.string(),
  /** The Service that callers use. */
  address: former,
  pairs: z.array(z.object({ old: z.string(), ours: z.string() })),
  /** Taken over, since ours has them by the same name: the Service with the move, the others with the confirmation. */
  take: z.array(former),
  /** Deleted with the confirmation. */
  remove: z.array(former),
  leave: z.array(z.object({ object: z.string(), why: z.string() })),
  /** Of ours, and made with the confirmation only. */
  withheld: z.array(z.string()),
  notes: z.array(z.string()),
  /** How what is being done there stands: nothing is being done without it. */
  now: z.object({ state: z.enum(["done", "pending", "failed"]), message: z.string().optional() }).optional(),
});

export const adoptionPlan = z.object({
  from: z.object({ namespace: z.string(), service: z.string() }),
  /** Of ours. */
  namespace: z.string(),
  /** `take`: ours takes the old Service over. `mirror`: the old Service leads to the pods of ours. */
  way: z.enum(["take", "mirror"]),
  clusters: z.array(adoptionInCluster),
});

export type AdoptionPlanView = z.infer<typeof adoptionPlan>;

/** What an adoption would do, and what stops it. */
export const adoptionPreview = z.object({
  /** Without it nothing could be planned. */
  plan: adoptionPlan.optional(),
  findings: z.array(z.object({ cluster: z.string(), code: z.string(), message: z.string(), advice: z.string() })),
});

export type AdoptionPreview = z.infer<typeof adoptionPreview>;

/** A live service that somebody else deployed, on its way under Fairway. */
export const adoption = z.object({
  number: z.int(),
  environment: z.string(),
  service: z.string(),
  release: z.string(),
  /** `moved`: requests go to ours, and a person decides. Ended: `confirmed`, `undone`, `failed`. */
  state: z.enum([
    "claiming",
    "beside",
    "moving",
    "moved",
    "taking",
    "settling",
    "deleting",
    "leading-back",
    "removing",
    "letting-go",
    "confirmed",
    "undone",
    "failed",
  ]),
  /** Why it went back, or did not go on. */
  reason: z.string().optional(),
  plan: adoptionPlan,
  /** The rollout that it waits for. */
  rollout: z.int().optional(),
  actor: z.string(),
  createdAt: time,
  changedAt: time,
  endedAt: time.optional(),
});

export type Adoption = z.infer<typeof adoption>;
