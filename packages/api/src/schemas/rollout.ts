import * as z from "zod";
import { cause } from "./cause.ts";
import { pod } from "./pod.ts";
import { commit } from "./release.ts";
import { time } from "./time.ts";

export const rolloutStatus = z.enum(["queued", "running", "restoring", "succeeded", "failed", "refused"]);

const phaseName = z.enum(["prepare", "init", "db", "app", "balancing", "cleanup", "restore"]);

export const rolloutSummary = z.object({
  number: z.int(),
  kind: z.enum(["deploy", "rollback", "removal", "membership", "repair"]),
  service: z.string(),
  environment: z.string(),
  from: z.string().optional(),
  to: z.string().optional(),
  strategy: z.enum(["rolling", "blue-green", "canary"]),
  status: rolloutStatus,
  phase: z.enum(["prepare", "init", "db", "app", "balancing", "cleanup"]).optional(),
  actor: z.string(),
  /** Changes between the releases, in words: "env LOG_LEVEL", "image 9f2c41 -> 1b77c0". */
  changes: z.array(z.string()),
  createdAt: time,
  endedAt: time.optional(),
  /** How long the phases took that are over, in milliseconds, waves taken together; absent where that is not asked for. */
  durations: z.array(z.object({ phase: phaseName, took: z.number() })).optional(),
  /** Of the release that it brings; absent where it is not known. */
  commit: commit.optional(),
  /** From the commit to its running everywhere, in milliseconds: of a deploy that ended well. */
  leadTime: z.number().optional(),
  /** The first cause, or the first finding, in one line. */
  reason: z.string().optional(),
});

export type RolloutSummary = z.infer<typeof rolloutSummary>;

export const phaseInCluster = z.object({
  status: z.enum(["waiting", "running", "done", "failed", "skipped"]),
  startedAt: time.optional(),
  endedAt: time.optional(),
  /** One line: "2/2", "waiting for readiness of user-a-6d9f-x2". */
  detail: z.string().optional(),
});

/** What may be asked of a rollout. */
export const rolloutCommand = z.discriminatedUnion("type", [
  z.object({ type: z.literal("pause") }),
  z.object({ type: z.literal("resume") }),
  /** Past the gate, hold or bake that it waits at. */
  z.object({ type: z.literal("promote") }),
  /** Past the measurements of this step, or of the wave that is looked at, whatever they say. */
  z.object({ type: z.literal("skip-analysis") }),
  /** Back to the former release. */
  z.object({ type: z.literal("abort"), supersededBy: z.int().optional() }),
  /** Goes on without this cluster. */
  z.object({ type: z.literal("lose"), cluster: z.string() }),
]);

export type RolloutCommand = z.infer<typeof rolloutCommand>;

/** Clusters that go together. */
const rolloutWave = z.object({
  clusters: z.array(z.string()),
  /** `baking`: it has the new release, and is looked at before the next one begins. */
  status: z.enum(["waiting", "running", "baking", "done", "restored", "skipped"]),
  /** `until`: when it ends, or ended; absent while the rollout is paused. */
  bake: z
    .object({ since: time, until: time.optional(), promoted: z.boolean(), analysisSkipped: z.boolean() })
    .optional(),
});

/** One share of the requests in one wave. */
const rolloutStep = z.object({
  wave: z.int(),
  /** Within the wave. */
  index: z.int(),
  /** Percent for the new release. */
  weight: z.number(),
  /** In milliseconds; absent: until it is promoted, by hand. */
  hold: z.number().optional(),
  /** `holding`: routers have taken it. `stopped`: the rollout turned back. */
  status: z.enum(["waiting", "shifting", "holding", "done", "stopped"]),
  since: time.optional(),
  /** When its hold ends, or when it ended; absent by hand, and while the rollout is paused. */
  until: time.optional(),
  promoted: z.boolean(),
  analysisSkipped: z.boolean(),
});

const rolloutAnalysis = z.object({
  /** Bounds are included. */
  measurements: z.array(z.object({ query: z.string(), min: z.number().optional(), max: z.number().optional() })),
  /** One value for each measurement, null where there was none; oldest first. Without a step: while the wave was looked at. */
  measured: z.array(
    z.object({ at: time, wave: z.int(), step: z.int().optional(), values: z.array(z.union([z.number(), z.null()])) }),
  ),
  /** Of the newest values; `words` names the measurement that decides it. */
  verdict: z.object({ state: z.enum(["good", "bad", "no-data"]), words: z.string() }),
});

export const rolloutDetail = rolloutSummary.extend({
  /** Fields of Kubernetes objects that it changes, in words, each with the clusters where it is so; 100 at most. */
  objectChanges: z.array(z.object({ change: z.string(), clusters: z.array(z.string()) })),
  clusters: z.array(
    z.object({
      name: z.string(),
      phases: z.record(z.string(), phaseInCluster),
      /** Present when the old release was, or is being, restored. */
      restore: phaseInCluster.optional(),
      desired: z.int(),
      ready: z.int(),
      pods: z.array(pod),
      /** What it is waiting for now, or what looks wrong while waiting. */
      suspect: cause.optional(),
      /** False: the cluster is not on the decision yet. */
      converged: z.boolean(),
      reachable: z.boolean(),
      /** What shares requests out there, where both releases stand side by side. */
      router: z.enum(["gateway", "http-route", "replicas"]).optional(),
      /** Percent of the requests that the new release gets there, and what the router says of it. */
      traffic: z.object({ weight: z.number(), detail: z.string() }).optional(),
      /** Declared lost; empty: before the rollout began. */
      lost: z.object({ by: z.string() }).optional(),
      /** The rollout goes on, or went on, without it. */
      behind: z.object({ reason: z.string(), drained: z.boolean() }).optional(),
      /** The service leaves this cluster. */
      leaving: z.boolean(),
    }),
  ),
  causes: z.array(cause),
  /** Findings of prepare. */
  findings: z.array(
    z.object({
      cluster: z.string(),
      /** Absent: it refused the rollout. */
      severity: z.enum(["warning"]).optional(),
      code: z.string(),
      message: z.string(),
      advice: z.string().optional(),
    }),
  ),
  waves: z.array(rolloutWave),
  /** Of all waves, in order; empty where pods are replaced in place. */
  steps: z.array(rolloutStep),
  /** Absent where nothing is measured. */
  analysis: rolloutAnalysis.optional(),
  /** `log`: its last lines while it is followed, oldest first. */
  migration: z
    .object({
      cluster: z.string(),
      job: z.string().optional(),
      /** `stopped`: the rollout turned back while it ran. */
      status: z.enum(["waiting", "skipped", "running", "succeeded", "failed", "stopped"]),
      log: z.array(z.string()),
    })
    .optional(),
  paused: z.object({ by: z.string(), at: time }).optional(),
  /** The rollout that takes its place. */
  supersededBy: z.int().optional(),
  /** What it waits for now, in one line. */
  waitsFor: z.string().optional(),
  /** Commands that it got; `accepted` is absent while one waits for its answer. */
  commands: z.array(
    z.object({
      id: z.string(),
      actor: z.string(),
      at: time,
      command: rolloutCommand,
      accepted: z.boolean().optional(),
      /** Why not. */
      reason: z.string().optional(),
    }),
  ),
  /** What could be asked of it, with the answer that it would give now. */
  offers: z.array(z.object({ command: rolloutCommand, accepted: z.boolean(), reason: z.string().optional() })),
  /** Phases as they were passed. */
  timeline: z.array(
    z.object({
      phase: phaseName,
      wave: z.int().optional(),
      startedAt: time,
      endedAt: time.optional(),
    }),
  ),
  /** Sequence of the newest journal entry in this view. */
  sequence: z.int(),
});

/** One entry of a rollout's journal. */
export const rolloutEntry = z.object({
  sequence: z.int(),
  at: time,
  type: z.string(),
  /** One line. */
  words: z.string(),
});

export type RolloutEntry = z.infer<typeof rolloutEntry>;

export type RolloutDetail = z.infer<typeof rolloutDetail>;
