import * as z from "zod";
import { cause } from "./cause.ts";
import { driftChange, keptField } from "./drift.ts";
import { health } from "./health.ts";
import { pod } from "./pod.ts";
import { rolloutSummary } from "./rollout.ts";
import { time } from "./time.ts";

export const serviceInCluster = z.object({
  cluster: z.string(),
  /** Undefined when nothing runs there. */
  release: z.string().optional(),
  slot: z.string().optional(),
  desired: z.int(),
  ready: z.int(),
  health,
  /** False while the cluster cannot be reached: the rest is then the last that was seen. */
  reachable: z.boolean(),
  /** Takes no traffic at the edge until it has converged. */
  drained: z.boolean(),
  /** Share of the environment's traffic, 0 to 1. */
  trafficShare: z.number(),
  /** Address of the service inside this cluster. */
  address: z.string(),
  observedAt: time.optional(),
});

export const serviceSummary = z.object({
  name: z.string(),
  description: z.string(),
  kind: z.enum(["business", "infrastructure", "frontend", "job"]),
  owner: z.string().optional(),
  engine: z.string(),
  environment: z.string(),
  health,
  /** Trouble in words, when there is any. */
  trouble: z.string().optional(),
  release: z.string().optional(),
  clusters: z.array(serviceInCluster),
  lastRollout: rolloutSummary.optional(),
  /** What somebody changed by hand, as last seen; without what was left to others. Absent while it is not known. */
  drift: z.object({ checkedAt: time, changes: z.array(driftChange) }).optional(),
  /** Through the edge; absent when the environment has no edge. */
  url: z.string().optional(),
});

export type ServiceSummary = z.infer<typeof serviceSummary>;

export const serviceDetail = serviceSummary.extend({
  number: z.int(),
  namespace: z.string(),
  causes: z.array(cause),
  pods: z.array(pod.extend({ cluster: z.string() })),
  dependencies: z.array(z.object({ name: z.string(), known: z.boolean(), health: health.optional() })),
  consumers: z.array(z.object({ name: z.string(), health: health.optional() })),
  rollouts: z.array(rolloutSummary),
  /** Median of the lead times of the shown rollouts, in milliseconds; absent where none is known. */
  leadTime: z.number().optional(),
  /** Plain variables as the process sees them. */
  env: z.record(z.string(), z.string()),
  /** Between which numbers the replicas are kept, by what percent of the cpu that they request. */
  autoscaler: z.object({ min: z.int(), max: z.int(), cpu: z.int().optional() }).optional(),
  /** Where people outside reach it. `path` is a prefix; without `tls` the cluster's Gateway decides. */
  publicAddresses: z.array(z.object({ host: z.string(), path: z.string(), tls: z.boolean().optional() })).optional(),
  /** It stands beside what somebody else has deployed, until a person confirms or undoes that; `state` and `reason` as of an adoption. */
  adoption: z
    .object({
      state: z.string(),
      reason: z.string().optional(),
      from: z.object({ namespace: z.string(), service: z.string() }),
    })
    .optional(),
  /** Fields that are left to whoever has set them by hand. */
  kept: z.array(keptField).optional(),
  /** In each cluster that runs them; times as the cluster tells, absent where it has not run yet. */
  crons: z
    .array(
      z.object({
        name: z.string(),
        schedule: z.string(),
        cluster: z.string(),
        lastRunAt: time.optional(),
        lastSuccessAt: time.optional(),
      }),
    )
    .optional(),
});

export type ServiceDetail = z.infer<typeof serviceDetail>;

export const kubernetesEvent = z.object({
  cluster: z.string(),
  type: z.string(),
  reason: z.string(),
  object: z.string(),
  message: z.string(),
  count: z.int(),
  at: time,
});

/** One line of a log stream. */
export const logLine = z.object({
  cluster: z.string(),
  pod: z.string(),
  container: z.string(),
  release: z.string().optional(),
  at: time.optional(),
  text: z.string(),
});

export type LogLine = z.infer<typeof logLine>;
