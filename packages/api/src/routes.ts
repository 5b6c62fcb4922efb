import * as z from "zod";
import { route } from "./route.ts";
import * as s from "./schemas.ts";

const service = z.object({ service: s.serviceName });
/** Numbers are 32 bits wide where they are kept. */
const rolloutNumber = z.object({ number: z.coerce.number().int().positive().max(2_147_483_647) });
/** Text that is kept: PostgreSQL takes no null byte, and nobody wants the others in a list. */
const withoutControls = /^\P{Cc}*$/u;
const cluster = z.object({ cluster: s.clusterName });
const webhook = z.object({ webhook: z.coerce.number().int().positive().max(2_147_483_647) });
const registry = z.object({ registry: s.registryName });
/** An image's reference, or the beginning of one; what it means is for the server to say. */
const imageReference = z
  .string()
  .max(500)
  .regex(/^[\x21-\x7e]+$/, "must be an image reference");
/** What a team writes: app.toml, and the files of `kubernetes/` beside it, by name. */
const serviceFiles = { appToml: z.string().max(1_048_576), kubernetes: s.kubernetesFiles.default({}) };
const profileText = z.string().max(1_048_576);
/** What happens where another rollout of the service is under way: no, after it, or in its place. */
const whenBusy = z.enum(["refuse", "queue", "supersede"]).default("refuse");
/** Left out where there is only one environment. */
const inEnvironment = z.object({ environment: s.environmentName.optional() });

const fleetNumber = rolloutNumber;

/** Every operation of the API, by the name that the client gives it. */
export const routes = {
  livez: route({
    method: "GET",
    path: "/livez",
    permission: "public",
    summary: "The process is alive",
    status: 200,
    stream: "text",
  }),
  readyz: route({
    method: "GET",
    path: "/readyz",
    permission: "public",
    summary: "Requests are served",
    status: 200,
    stream: "text",
  }),
  openapi: route({
    method: "GET",
    path: "/openapi.json",
    permission: "account:read",
    summary: "This API as OpenAPI 3.1",
    status: 200,
    response: z.unknown(),
  }),
  appTomlSchema: route({
    method: "GET",
    path: "/schemas/app.toml.json",
    permission: "public",
    summary: "JSON Schema of app.toml, for editors",
    status: 200,
    response: z.unknown(),
  }),

  createSignInCode: route({
    method: "POST",
    path: "/v1/sign-in-codes",
    permission: "sessions:create",
    status: 201,
    summary: "A single-use code that signs a browser in",
    response: z.object({ code: z.string(), expiresAt: z.iso.datetime() }),
  }),
  signIn: route({
    method: "POST",
    path: "/v1/session",
    permission: "public",
    status: 204,
    summary: "Turns a single-use code into an HttpOnly cookie",
    body: z.object({ code: z.string().min(1).max(200) }),
    problems: ["code-not-valid"],
  }),
  signOut: route({
    method: "DELETE",
    path: "/v1/session",
    permission: "account:read",
    status: 204,
    summary: "Ends the browser's session",
  }),
  account: route({
    method: "GET",
    path: "/v1/account",
    permission: "account:read",
    status: 200,
    summary: "Who is asking, and what he may do",
    response: z.object({ actor: z.string(), permissions: z.array(z.string()) }),
  }),
  platform: route({
    method: "GET",
    path: "/v1/platform",
    permission: "services:read",
    status: 200,
    summary: "Environments, version, edge",
    response: z.object({
      version: z.string(),
      environments: z.array(
        z.object({
          name: s.environmentName,
          clusters: z.array(z.string()),
          /** Prefix of the registry that images are pushed to; absent where there is none. */
          registry: z.string().optional(),
        }),
      ),
      edge: z.object({ port: z.int() }).optional(),
    }),
  }),

  listClusters: route({
    method: "GET",
    path: "/v1/clusters",
    permission: "clusters:read",
    status: 200,
    summary: "All registered clusters",
    response: z.object({ items: z.array(s.clusterSummary) }),
  }),
  addCluster: route({
    method: "POST",
    path: "/v1/clusters",
    permission: "clusters:write",
    status: 201,
    summary: "Registers any Kubernetes API by a kubeconfig",
    body: z.object({
      name: s.clusterName,
      environment: s.environmentName,
      kubeconfig: z.string().max(262_144),
      context: z.string().max(253).regex(withoutControls).optional(),
      /** How services of this cluster reach each other. */
      addressTemplate: z.string().max(500).regex(withoutControls).optional(),
    }),
    response: s.clusterSummary,
    problems: ["cluster-exists", "kubeconfig-not-valid", "cluster-unreachable"],
  }),
  removeCluster: route({
    method: "DELETE",
    path: "/v1/clusters/{cluster}",
    permission: "clusters:write",
    status: 204,
    summary: "Forgets a registered cluster that runs nothing",
    params: cluster,
    problems: ["cluster-in-use", "cluster-embedded"],
  }),
  stopCluster: route({
    method: "POST",
    path: "/v1/clusters/{cluster}/stop",
    permission: "clusters:write",
    status: 202,
    summary: "Makes an embedded cluster unreachable, for trying what happens",
    params: cluster,
    problems: ["cluster-not-embedded"],
  }),
  startCluster: route({
    method: "POST",
    path: "/v1/clusters/{cluster}/start",
    permission: "clusters:write",
    status: 202,
    summary: "Starts a stopped embedded cluster",
    params: cluster,
    problems: ["cluster-not-embedded"],
  }),
  loseCluster: route({
    method: "POST",
    path: "/v1/clusters/{cluster}/lost",
    permission: "clusters:write",
    status: 200,
    summary: "Declares a cluster lost: rollouts go on without it, and it takes no traffic",
    params: cluster,
    response: s.clusterSummary.extend({
      /** Rollouts that are under way and were told to go on without it. */
      rollouts: z.array(z.int()),
    }),
    problems: ["cluster-last"],
  }),
  findCluster: route({
    method: "DELETE",
    path: "/v1/clusters/{cluster}/lost",
    permission: "clusters:write",
    status: 200,
    summary: "Takes a lost cluster back: it takes traffic when it has what is active",
    params: cluster,
    response: s.clusterSummary,
  }),
  clusterKubeconfig: route({
    method: "GET",
    path: "/v1/clusters/{cluster}/kubeconfig",
    permission: "clusters:kubeconfig",
    status: 200,
    summary: "A kubeconfig for kubectl",
    params: cluster,
    stream: "text",
  }),

  listRegistries: route({
    method: "GET",
    path: "/v1/registries",
    permission: "clusters:read",
    status: 200,
    summary: "All registries, without their credentials",
    response: z.object({ items: z.array(s.registrySummary) }),
  }),
  putRegistry: route({
    method: "PUT",
    path: "/v1/registries/{registry}",
    permission: "clusters:write",
    status: 200,
    summary: "Registers where an environment's images are pushed to, or says everything about it anew",
    params: registry,
    body: z.object({
      environment: s.environmentName.optional(),
      /** `registry.example.com/team` */
      prefix: imageReference,
      /** Docker's configuration file; only the entries for hosts that are needed are kept. */
      dockerConfig: z.string().max(262_144).optional(),
      /** The same, for the nodes of clusters; by default they use `dockerConfig`. */
      pullDockerConfig: z.string().max(262_144).optional(),
      /** PEM */
      certificateAuthority: z.string().max(65_536).optional(),
      plainHttp: z.boolean().default(false),
      bases: z.partialRecord(s.engineName, imageReference).default({}),
    }),
    response: s.registrySummary.extend({ replaced: z.boolean() }),
    problems: [
      "environment-unknown",
      "environment-ambiguous",
      "registry-exists",
      "registry-prefix-not-valid",
      "registry-credentials-not-valid",
      "registry-unreachable",
      "registry-unauthorized",
    ],
  }),
  removeRegistry: route({
    method: "DELETE",
    path: "/v1/registries/{registry}",
    permission: "clusters:write",
    status: 204,
    summary: "Forgets a registry and its credentials",
    params: registry,
    problems: ["registry-in-use"],
  }),

  listAudit: route({
    method: "GET",
    path: "/v1/audit",
    permission: "audit:read",
    status: 200,
    summary: "Every command, refused ones too, newest first",
    query: z.object({
      actor: z.string().max(200).optional(),
      /** A word of the target: a service, a rollout's number, a release. */
      about: z.string().max(200).optional(),
      outcome: z.enum(["accepted", "refused"]).optional(),
      /** Entries older than this id. */
      before: z.coerce.number().int().positive().max(2_147_483_647).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(50),
    }),
    response: z.object({ items: z.array(s.auditEntry) }),
  }),
  listWebhooks: route({
    method: "GET",
    path: "/v1/webhooks",
    permission: "webhooks:read",
    status: 200,
    summary: "Who is told of rollouts, without the secrets",
    response: z.object({ items: z.array(s.webhook) }),
  }),
  addWebhook: route({
    method: "POST",
    path: "/v1/webhooks",
    permission: "webhooks:write",
    status: 201,
    summary: "Tells an address of rollouts from now on; the secret that messages are signed with is shown this once",
    body: z.object({
      url: z.string().max(2_000).regex(withoutControls),
      /** By default all. */
      events: z.array(s.webhookEvent).min(1).default(s.webhookEvent.options),
      /** Of this environment only. */
      environment: s.environmentName.optional(),
    }),
    response: s.webhook.extend({ secret: z.string() }),
    problems: ["webhook-url-not-valid", "environment-unknown"],
  }),
  removeWebhook: route({
    method: "DELETE",
    path: "/v1/webhooks/{webhook}",
    permission: "webhooks:write",
    status: 204,
    summary: "Forgets a webhook and what it has not been told yet",
    params: webhook,
  }),
  testWebhook: route({
    method: "POST",
    path: "/v1/webhooks/{webhook}/test",
    permission: "webhooks:write",
    status: 200,
    summary: "Sends a message of the type webhook.test now, once",
    params: webhook,
    response: z.object({
      delivered: z.boolean(),
      message: z.string(),
      /** HTTP status of the answer. */
      answer: z.int().optional(),
      error: z.string().optional(),
    }),
  }),
  listDeliveries: route({
    method: "GET",
    path: "/v1/webhooks/{webhook}/deliveries",
    permission: "webhooks:read",
    status: 200,
    summary: "What a webhook was told, newest first, and what became of it",
    params: webhook,
    query: z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) }),
    response: z.object({ items: z.array(s.delivery) }),
  }),

  listServices: route({
    method: "GET",
    path: "/v1/services",
    permission: "services:read",
    status: 200,
    summary: "All services of an environment, with health",
    query: inEnvironment.extend({ search: z.string().max(200).optional() }),
    response: z.object({ items: z.array(s.serviceSummary) }),
  }),
  getService: route({
    method: "GET",
    path: "/v1/services/{service}",
    permission: "services:read",
    status: 200,
    summary: "One service",
    params: service,
    query: inEnvironment,
    response: s.serviceDetail,
  }),
  removeService: route({
    method: "DELETE",
    path: "/v1/services/{service}",
    permission: "services:remove",
    status: 202,
    summary: "Starts the rollout that removes a service",
    params: service,
    query: inEnvironment.extend({ whenBusy }),
    response: s.rolloutSummary,
    problems: ["rollout-active"],
  }),
  listServiceEvents: route({
    method: "GET",
    path: "/v1/services/{service}/events",
    permission: "services:read",
    status: 200,
    summary: "Kubernetes events, newest first",
    params: service,
    query: inEnvironment,
    response: z.object({ items: z.array(s.kubernetesEvent) }),
  }),
  listServiceObjects: route({
    method: "GET",
    path: "/v1/services/{service}/objects",
    permission: "services:read",
    status: 200,
    summary: "Kubernetes objects as they are",
    params: service,
    query: inEnvironment,
    response: z.object({
      items: z.array(z.object({ cluster: z.string(), object: z.record(z.string(), z.unknown()) })),
    }),
  }),
  serviceLogs: route({
    method: "GET",
    path: "/v1/services/{service}/logs",
    permission: "logs:read",
    status: 200,
    summary: "Log lines of all pods, merged",
    stream: "sse",
    params: service,
    response: s.logLine,
    query: inEnvironment.extend({
      cluster: s.clusterName.optional(),
      pod: z.string().max(253).optional(),
      release: z.string().max(64).optional(),
      follow: z.stringbool().default(false),
      previous: z.stringbool().default(false),
      tail: z.coerce.number().int().min(0).max(100_000).default(200),
    }),
  }),

  headSnapshot: route({
    method: "HEAD",
    path: "/v1/snapshots/{digest}",
    permission: "services:deploy",
    status: 200,
    summary: "Whether a snapshot is stored",
    params: z.object({ digest: s.digest }),
  }),
  putSnapshot: route({
    method: "PUT",
    path: "/v1/snapshots/{digest}",
    permission: "services:deploy",
    status: 201,
    summary: "Uploads a snapshot: a tar, compressed with gzip; the digest is that of the tar",
    params: z.object({ digest: s.digest }),
    upload: { contentType: "application/vnd.fairway.snapshot.v1.tar+gzip" },
    response: z.object({ digest: s.digest, files: z.int(), bytes: z.int() }),
    problems: ["digest-mismatch", "archive-refused", "archive-too-large"],
  }),
  createImage: route({
    method: "POST",
    path: "/v1/images",
    permission: "services:deploy",
    status: 200,
    stream: "sse",
    summary: "Makes a snapshot's image and pushes it, where clusters of the environment need one; safe to repeat",
    body: z.object({
      environment: s.environmentName.optional(),
      ...serviceFiles,
      snapshot: s.digest,
    }),
    response: s.imageEvent,
    problems: [
      "app-toml-not-valid",
      "snapshot-unknown",
      "registry-missing",
      "base-image-missing",
      "image-not-found",
      "registry-unauthorized",
      "registry-not-public",
      "registry-unreachable",
    ],
  }),
  createRelease: route({
    method: "POST",
    path: "/v1/releases",
    permission: "services:deploy",
    status: 201,
    summary: "Resolves, renders and stores a release",
    body: z.object({
      environment: s.environmentName.optional(),
      ...serviceFiles,
      /** Needed unless app.toml names a ready image. */
      snapshot: s.digest.optional(),
      /** What the folder was at. */
      commit: s.commit.optional(),
    }),
    response: z.object({
      release: s.release,
      /** The active release before. */ previous: z.string().optional(),
      changes: z.array(z.string()),
      /** What is worth a look, though nothing is wrong. */
      warnings: z.array(z.string()),
    }),
    problems: [
      "app-toml-not-valid",
      "snapshot-missing",
      "snapshot-unknown",
      "registry-missing",
      "base-image-missing",
      "image-not-found",
      "image-not-runnable",
      "registry-unauthorized",
      "registry-not-public",
      "registry-unreachable",
      "namespace-reserved",
      "dependency-unknown",
      "environment-unknown",
      "environment-ambiguous",
    ],
  }),
  diff: route({
    method: "POST",
    path: "/v1/diff",
    // It changes nothing, but asks clusters and registries with the platform's own rights.
    permission: "services:deploy",
    status: 200,
    summary: "What a deploy would change in each cluster, field by field; changes nothing",
    body: z.object({
      environment: s.environmentName.optional(),
      ...serviceFiles,
      /** Without one, the code of the active release is taken. */
      snapshot: s.digest.optional(),
    }),
    response: s.deployDiff,
    problems: [
      "app-toml-not-valid",
      "snapshot-unknown",
      "registry-missing",
      "base-image-missing",
      "image-not-found",
      "image-not-runnable",
      "registry-unauthorized",
      "registry-not-public",
      "registry-unreachable",
      "namespace-reserved",
      "environment-unknown",
      "environment-ambiguous",
    ],
  }),
  render: route({
    method: "POST",
    path: "/v1/render",
    permission: "services:read",
    reads: true,
    status: 200,
    stream: "text",
    summary:
      "What an app.toml becomes in some Kubernetes cluster, as YAML: the bytes of fairway render; stores nothing",
    body: z.object({ environment: s.environmentName.default("prod"), ...serviceFiles }),
    problems: ["app-toml-not-valid", "kubernetes-files-not-valid", "namespace-reserved", "rules-broken"],
  }),

  getProfile: route({
    method: "GET",
    path: "/v1/profile",
    permission: "profile:read",
    status: 200,
    summary: "The platform owner's profile that holds",
    response: s.profile,
  }),
  listProfileVersions: route({
    method: "GET",
    path: "/v1/profile/versions",
    permission: "profile:read",
    status: 200,
    summary: "Versions of the profile, newest first",
    response: z.object({ items: z.array(s.profile.omit({ text: true })) }),
  }),
  getProfileVersion: route({
    method: "GET",
    path: "/v1/profile/versions/{version}",
    permission: "profile:read",
    status: 200,
    summary: "One version of the profile",
    params: z.object({ version: z.coerce.number().int().positive().max(2_147_483_647) }),
    response: s.profile,
  }),
  putProfile: route({
    method: "PUT",
    path: "/v1/profile",
    permission: "profile:write",
    status: 200,
    summary: "Makes a new version of the profile; it holds for releases that are made from then on",
    body: z.object({
      text: profileText,
      /** The version that it was made from: of two who change it, the second is told. */
      after: z.int().min(0).max(2_147_483_647),
    }),
    response: s.profile,
    problems: ["profile-not-valid", "profile-changed", "profile-namespace-in-use"],
  }),
  previewProfile: route({
    method: "POST",
    path: "/v1/profile/preview",
    permission: "profile:read",
    reads: true,
    status: 200,
    stream: "sse",
    summary: "What every service would become, made anew by this version of the platform; changes nothing",
    body: z.object({
      /** A profile; without one, the stored one is taken. */
      text: profileText.optional(),
      /** Of this environment only. */
      environment: s.environmentName.optional(),
    }),
    response: s.previewEvent,
    problems: ["profile-not-valid", "profile-namespace-in-use", "environment-unknown"],
  }),
  listEscapeHatches: route({
    method: "GET",
    path: "/v1/escape-hatches",
    permission: "services:read",
    status: 200,
    summary: "What services bring past the fields of app.toml, most used first",
    query: inEnvironment,
    response: z.object({ items: z.array(s.escapeHatch) }),
  }),

  listReleases: route({
    method: "GET",
    path: "/v1/services/{service}/releases",
    permission: "services:read",
    status: 200,
    summary: "Releases, newest first",
    params: service,
    query: inEnvironment,
    response: z.object({ items: z.array(s.release) }),
  }),

  getDrift: route({
    method: "GET",
    path: "/v1/services/{service}/drift",
    permission: "services:read",
    status: 200,
    summary: "What somebody changed by hand since the active release was rolled out, asked of all clusters now",
    params: service,
    query: inEnvironment,
    response: s.serviceDrift,
    problems: ["rollout-active"],
  }),
  repairDrift: route({
    method: "POST",
    path: "/v1/services/{service}/drift/repair",
    permission: "services:deploy",
    status: 201,
    summary: "Starts the rollout of the active release that takes back what somebody changed by hand",
    params: service,
    body: z.object({
      environment: s.environmentName.optional(),
      idempotencyKey: z.string().min(8).max(100).regex(withoutControls),
    }),
    response: s.rolloutSummary,
    problems: ["rollout-active", "idempotency-key-used"],
  }),
  keepField: route({
    method: "PUT",
    path: "/v1/services/{service}/drift/kept",
    permission: "services:deploy",
    status: 200,
    summary: "Leaves a field to whoever has set it by hand, or takes that back",
    params: service,
    body: z.object({
      environment: s.environmentName.optional(),
      /** `Deployment/user-a`; may be left out where one object only has the field changed. */
      object: z.string().max(400).regex(withoutControls).optional(),
      field: z.string().min(2).max(1_000).regex(withoutControls),
      /** False: from the next rollout on the release decides again. */
      kept: z.boolean().default(true),
    }),
    response: z.object({ object: z.string(), field: z.string(), kept: z.boolean() }),
    problems: ["rollout-active", "drift-unknown", "drift-ambiguous"],
  }),

  createRollout: route({
    method: "POST",
    path: "/v1/rollouts",
    permission: "services:deploy",
    status: 201,
    summary: "Starts a rollout of a release; the same key gives the same rollout",
    body: z.object({
      service: s.serviceName,
      environment: s.environmentName.optional(),
      /** A name or a unique beginning of it; `previous` for the one before the active one. */
      release: z.string().min(4).max(64).regex(withoutControls),
      kind: z.enum(["deploy", "rollback"]).default("deploy"),
      idempotencyKey: z.string().min(8).max(100).regex(withoutControls),
      whenBusy,
    }),
    response: s.rolloutSummary,
    problems: [
      "release-unknown",
      "release-ambiguous",
      "release-not-available",
      "address-taken",
      "rollout-active",
      "idempotency-key-used",
    ],
  }),
  commandRollout: route({
    method: "POST",
    path: "/v1/rollouts/{number}/commands",
    permission: "rollouts:command",
    status: 202,
    summary: "Tells a rollout to do something; the same id is the same command",
    params: rolloutNumber,
    body: z.object({
      id: z
        .string()
        .min(8)
        .max(100)
        .regex(/^[\w.-]+$/, "must be of letters, digits, dots, _ and -"),
      command: s.rolloutCommand,
    }),
    response: z.object({
      rollout: z.int(),
      command: s.rolloutCommand,
      /** `stored`: nobody drives the rollout now; it is answered, in its journal, as soon as somebody does. */
      answer: z.enum(["accepted", "stored"]),
    }),
    problems: ["command-refused", "rollout-ended", "idempotency-key-used"],
  }),
  listRollouts: route({
    method: "GET",
    path: "/v1/rollouts",
    permission: "rollouts:read",
    status: 200,
    summary: "Rollouts, newest first",
    query: inEnvironment.extend({
      service: s.serviceName.optional(),
      limit: z.coerce.number().int().min(1).max(500).default(50),
    }),
    response: z.object({ items: z.array(s.rolloutSummary) }),
  }),
  getRollout: route({
    method: "GET",
    path: "/v1/rollouts/{number}",
    permission: "rollouts:read",
    status: 200,
    summary: "One rollout, as it is or as it was when one of its journal's entries was written",
    params: rolloutNumber,
    query: z.object({ until: z.coerce.number().int().min(0).max(2_147_483_647).optional() }),
    response: s.rolloutDetail,
  }),
  listRolloutEntries: route({
    method: "GET",
    path: "/v1/rollouts/{number}/entries",
    permission: "rollouts:read",
    status: 200,
    summary: "The journal of a rollout in words, oldest first; getRollout shows the rollout at each of them",
    params: rolloutNumber,
    response: z.object({ items: z.array(s.rolloutEntry) }),
  }),
  followRollout: route({
    method: "GET",
    path: "/v1/rollouts/{number}/events",
    permission: "rollouts:read",
    status: 200,
    stream: "sse",
    summary:
      "The rollout as it goes: its whole state after each change, ends when the rollout has ended; resumable by Last-Event-ID",
    params: rolloutNumber,
    response: s.rolloutDetail,
  }),

  startFleet: route({
    method: "POST",
    path: "/v1/fleets",
    permission: "fleets:write",
    status: 201,
    summary: "Rolls the profile that holds, by this version of the platform, out to the services of an environment",
    body: z.object({
      environment: s.environmentName.optional(),
      /** Of these only. */
      services: z.array(s.serviceName).min(1).max(5_000).optional(),
      parallel: z.int().min(1).max(100).default(10),
      stopAfter: z.int().min(1).max(10_000).default(1),
    }),
    response: s.fleetDetail,
    problems: ["fleet-active", "environment-unknown", "environment-ambiguous", "profile-not-readable"],
  }),
  fleetOrder: route({
    method: "GET",
    path: "/v1/fleet-order",
    permission: "fleets:read",
    status: 200,
    summary: "In which order the services of an environment would be rolled out, the least critical first",
    query: inEnvironment,
    response: z.object({ items: z.array(s.fleetPlace) }),
  }),
  listFleets: route({
    method: "GET",
    path: "/v1/fleets",
    permission: "fleets:read",
    status: 200,
    summary: "Fleet rollouts, newest first",
    query: inEnvironment.extend({ limit: z.coerce.number().int().min(1).max(500).default(20) }),
    response: z.object({ items: z.array(s.fleet) }),
  }),
  getFleet: route({
    method: "GET",
    path: "/v1/fleets/{number}",
    permission: "fleets:read",
    status: 200,
    summary: "One fleet rollout with each of its services",
    params: fleetNumber,
    response: s.fleetDetail,
  }),
  followFleet: route({
    method: "GET",
    path: "/v1/fleets/{number}/events",
    permission: "fleets:read",
    status: 200,
    stream: "sse",
    summary: "The fleet rollout as it goes: its whole state after each change; ends when it has ended or halted",
    params: fleetNumber,
    response: s.fleetDetail,
  }),
  commandFleet: route({
    method: "POST",
    path: "/v1/fleets/{number}/commands",
    permission: "fleets:write",
    status: 200,
    summary: "Pauses, resumes or stops a fleet rollout; rollouts that have begun go on by themselves",
    params: fleetNumber,
    body: z.object({ command: z.object({ type: z.enum(["pause", "resume", "stop"]) }) }),
    response: s.fleetDetail,
    problems: ["command-refused"],
  }),

  events: route({
    method: "GET",
    path: "/v1/events",
    permission: "services:read",
    status: 200,
    stream: "sse",
    summary: "What changed; resumable by Last-Event-ID",
    response: s.liveEvent,
  }),
  edgeRoutes: route({
    method: "GET",
    path: "/v1/edge/routes",
    permission: "edge:read",
    status: 200,
    summary: "What the edge routes; answers 304 to a known version",
    response: s.edgeRoutes,
  }),
} as const;

export type Routes = typeof routes;
