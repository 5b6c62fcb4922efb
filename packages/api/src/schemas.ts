import * as z from "zod";
import { kubernetesFileName, kubernetesLimits } from "./kubernetes-limits.ts";

/** RFC 3339 time. */
const time = z.iso.datetime({ offset: true });
/** RFC 1123 label, shorter than its 63 characters: names get endings in Kubernetes. */
const label = z
  .string()
  .regex(
    /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/,
    'must be lower-case letters, digits and "-", beginning with a letter, at most 40 characters',
  );
export const serviceName = label.describe("Name of a service");
export const clusterName = label.describe("Name of a cluster");
export const environmentName = label.describe("Name of an environment");
export const registryName = label.describe("Name of a registry");
export const engineName = z.enum(["golang", "php", "python", "node", "static", "image"]);
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const kubernetesFiles = z
  .record(z.string().regex(kubernetesFileName), z.string())
  .refine((files) => Object.keys(files).length <= kubernetesLimits.files, `at most ${kubernetesLimits.files} files`)
  .refine(
    (files) => Object.values(files).reduce((sum, { length }) => sum + length, 0) <= kubernetesLimits.characters,
    `at most ${kubernetesLimits.characters} characters in all`,
  );

/** RFC 9457. `issues` lists every problem of a refused input at once. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  /** Stable and kebab-case; what scripts compare. */
  code: z.string(),
  /** What to do about it. */
  hint: z.string().optional(),
  issues: z
    .array(
      z.object({
        code: z.string(),
        message: z.string(),
        /** Where it is not app.toml: `kubernetes/<name>`. */
        file: z.string().optional(),
        line: z.int().optional(),
        column: z.int().optional(),
        length: z.int().optional(),
        field: z.string().optional(),
        cluster: z.string().optional(),
        hint: z.string().optional(),
      }),
    )
    .optional(),
});
export type Problem = z.infer<typeof problem>;

export const health = z.enum(["healthy", "progressing", "degraded", "down", "unknown"]);

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

export const pod = z.object({
  name: z.string(),
  slot: z.string(),
  release: z.string(),
  phase: z.string(),
  ready: z.boolean(),
  restarts: z.int(),
  /** Waiting or terminated reason, when there is one. */
  reason: z.string().optional(),
  startedAt: time.optional(),
});
export type Pod = z.infer<typeof pod>;

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

export const rolloutStatus = z.enum(["queued", "running", "restoring", "succeeded", "failed", "refused"]);
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
  /** Changes between the releases, in words: "env LOG_LEVEL". */
  changes: z.array(z.string()),
  createdAt: time,
  endedAt: time.optional(),
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
  /** Past this step's measurements, whatever they say. */
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
  bake: z.object({ since: time, until: time.optional(), promoted: z.boolean() }).optional(),
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
  /** One value for each measurement, null where there was none; oldest first. */
  measured: z.array(
    z.object({ at: time, wave: z.int(), step: z.int(), values: z.array(z.union([z.number(), z.null()])) }),
  ),
  /** Of the newest values; `words` names the measurement that decides it. */
  verdict: z.object({ state: z.enum(["good", "bad", "no-data"]), words: z.string() }),
});

export const rolloutDetail = rolloutSummary.extend({
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
      phase: z.enum(["prepare", "init", "db", "app", "balancing", "cleanup", "restore"]),
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

export const serviceDrift = z.object({
  service: z.string(),
  environment: z.string(),
  /** The active release, which it is compared with. */
  release: z.string(),
  checkedAt: time,
  changes: z.array(driftChange),
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

export const clusterSummary = z.object({
  name: z.string(),
  environment: z.string(),
  embedded: z.boolean(),
  reachable: z.boolean(),
  /** Why it cannot be reached, or which right is missing. */
  trouble: z.string().optional(),
  version: z.string().optional(),
  nodes: z.int().optional(),
  services: z.int(),
  /** Stopped by a person. */
  stopped: z.boolean(),
  /** Somebody declared it lost: rollouts go on without it, and it takes no traffic. */
  lost: z.object({ by: z.string(), at: time }).optional(),
  lastSeenAt: time.optional(),
});
export type ClusterSummary = z.infer<typeof clusterSummary>;

export const registrySummary = z.object({
  name: z.string(),
  environment: z.string(),
  /** A service's images are in `<prefix>/<service>`. */
  prefix: z.string(),
  plainHttp: z.boolean(),
  /** The server has credentials to push with. */
  credentials: z.boolean(),
  /** The nodes of clusters have credentials to pull with. */
  pullCredentials: z.boolean(),
  /** Trusts certificates besides the usual ones. */
  certificateAuthority: z.boolean(),
  /** References of the images that services stand on, by engine. */
  bases: z.record(z.string(), z.string()),
  createdAt: time,
});
export type RegistrySummary = z.infer<typeof registrySummary>;

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

/** Who did what; refused commands too. */
export const auditEntry = z.object({
  /** Grows; the next page lies before the last one. */
  id: z.int(),
  at: time,
  actor: z.string(),
  permission: z.string(),
  /** Operation of the API: `createRollout`. */
  command: z.string(),
  /** What it was about: a service, a rollout's number, a release. */
  target: z.string(),
  outcome: z.enum(["accepted", "refused"]),
  /** Code of the problem that it was refused with. */
  detail: z.string().optional(),
});
export type AuditEntry = z.infer<typeof auditEntry>;

/** What a webhook may be told of a rollout. */
export const webhookEvent = z.enum(["started", "waiting", "failed", "rolled-back", "done"]);

export const delivery = z.object({
  /** The header `webhook-id`: the same for each try. */
  message: z.string(),
  event: webhookEvent,
  rollout: z.int(),
  status: z.enum(["waiting", "delivered", "given-up"]),
  attempts: z.int(),
  createdAt: time,
  /** Of the last try. */
  lastAt: time.optional(),
  /** HTTP status of the last answer. */
  answer: z.int().optional(),
  /** Why the last try failed. */
  error: z.string().optional(),
});
export type Delivery = z.infer<typeof delivery>;

export const webhook = z.object({
  id: z.int(),
  url: z.string(),
  events: z.array(webhookEvent),
  /** Of this environment only; absent: of all. */
  environment: z.string().optional(),
  actor: z.string(),
  createdAt: time,
  /** The newest message. */
  last: delivery.optional(),
});
export type Webhook = z.infer<typeof webhook>;

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

/** An event of `GET /v1/events`: something changed, fetch it again. Never carries data that needs another right. */
export const liveEvent = z.object({
  kind: z.enum(["service", "rollout", "cluster"]),
  /** Service or cluster name, or the rollout's number. */
  id: z.string(),
  environment: z.string().optional(),
});
export type LiveEvent = z.infer<typeof liveEvent>;

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

/** What the edge routes: hosts, and paths of them, to clusters' gateways. */
export const edgeRoutes = z.object({
  /** Changes when anything below does. */
  version: z.string(),
  hosts: z.array(
    z.object({
      host: z.string(),
      /** The paths that begin with these parts; all of the host when it is left out. */
      path: z.string().optional(),
      service: z.string(),
      environment: z.string(),
      backends: z.array(
        z.object({
          cluster: z.string(),
          /** host:port of the cluster's gateway. */
          address: z.string(),
          weight: z.number(),
        }),
      ),
    }),
  ),
});
export type EdgeRoutes = z.infer<typeof edgeRoutes>;

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

/** What a deploy would change in the clusters, by their own word. Nothing in it is secret. */
export const deployDiff = z.object({
  service: z.string(),
  environment: z.string(),
  /** The active release; absent when the service is not deployed. */
  active: z.string().optional(),
  /** The release that a deploy would make; absent while it is not known, since an image has to be pushed first. */
  release: z.string().optional(),
  /**
   * Which code is compared: `snapshot` the one that was sent, `running` that of the active release, `image` the ready image
   * of app.toml, `none` there is none yet.
   */
  code: z.enum(["snapshot", "running", "image", "none"]),
  /** What is worth knowing about the answer: "the image will change: it is made and pushed by the deploy". */
  notes: z.array(z.string()),
  clusters: z.array(
    z.object({
      cluster: z.string(),
      /** False: nothing is known about it; `problems` says why. */
      compared: z.boolean(),
      /** In the order of apply; what is removed comes last. */
      objects: z.array(
        z.object({
          change: z.enum(["created", "changed", "removed"]),
          apiVersion: z.string(),
          kind: z.string(),
          namespace: z.string().optional(),
          name: z.string(),
          /** Of an object named by its content: the one whose place it takes, with which it is compared. */
          insteadOf: z.string().optional(),
          fields: z.array(
            z.object({
              /** `.spec.template.spec.containers[name="app"].image` */
              path: z.string(),
              change: z.enum(["added", "changed", "removed"]),
              /** Absent where the field is new. */
              from: z.unknown().optional(),
              /** Absent where the field goes. */
              to: z.unknown().optional(),
              /** The values may be secret: they are shown as `(hidden)`. */
              hidden: z.boolean(),
            }),
          ),
          risks: z.array(
            z.object({
              /**
               * `restart` all pods are replaced, `shrink` less of something, `host-lost` a public address goes, `removed` an
               * object goes, `immutable` the API refuses to change the field, `replace` the object would have to be made anew.
               */
              code: z.enum(["restart", "replace", "immutable", "shrink", "host-lost", "removed"]),
              why: z.string(),
              path: z.string().optional(),
            }),
          ),
        }),
      ),
      /** How many objects stay as they are. */
      unchanged: z.int(),
      /** What stands in the way of a deploy, or of knowing: the findings of a rollout's first phase. */
      problems: z.array(
        z.object({
          /** Absent: a deploy would be refused. */
          severity: z.enum(["warning"]).optional(),
          code: z.string(),
          message: z.string(),
          advice: z.string().optional(),
          /** `Deployment/user-a` */
          object: z.string().optional(),
        }),
      ),
    }),
  ),
});
export type DeployDiff = z.infer<typeof deployDiff>;
