import { isAbsolute, resolve } from "node:path";
import { z } from "zod";

/** A cluster that the supervisor runs beside the server. */
const embeddedCluster = z.object({
  name: z.string().min(1),
  environment: z.string().min(1),
  addressTemplate: z.string().min(1),
  /** host:port of the cluster's HTTP gateway. */
  gateway: z.string().optional(),
  /** How often it came up since the supervisor began; 0: it has not yet. */
  generation: z.int().min(0),
  /** Stopped by a person. */
  stopped: z.boolean().default(false),
});
/** What the supervisor says of its clusters after each change. */
export const clustersMessage = z.object({ kind: z.literal("clusters"), clusters: z.array(embeddedCluster) });
export type EmbeddedCluster = z.infer<typeof embeddedCluster>;

/** Words between commas. */
const list = (word: RegExp, what: string) =>
  z
    .string()
    .default("")
    .transform((text) => text.split(",").map((one) => one.trim()))
    .transform((words) => words.filter((one) => one !== ""))
    .pipe(z.array(z.string().regex(word, what)));

const port = z.coerce.number().int().min(0).max(65_535);
const variables = z.object({
  FAIRWAY_HOME: z.string().min(1),
  FAIRWAY_PORT: port.default(7070),
  FAIRWAY_EDGE_PORT: port.optional(),
  FAIRWAY_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  DATABASE_URL: z.string().min(1).optional(),
  FAIRWAY_KEPT_ROLLOUTS: z.coerce.number().int().min(10).max(100_000).default(200),
  FAIRWAY_KEPT_DAYS: z.coerce.number().int().min(1).max(36_500).optional(),
  FAIRWAY_DRIFT_INTERVAL: z.coerce.number().int().min(0).max(86_400).default(300),
  FAIRWAY_KUBECONFIG_PROGRAMS: list(/^[\w.-]+$/, "has a program that is not a bare name (aws,gke-gcloud-auth-plugin)"),
  FAIRWAY_KUBECONFIG_FILES: list(/^\//, "has a folder that is not absolute (/var/run/secrets)"),
  FAIRWAY_EMBEDDED_CLUSTERS: z
    .string()
    .default("[]")
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: "is not JSON" });
        return z.NEVER;
      }
    })
    .pipe(z.array(embeddedCluster)),
});

export interface Settings {
  /** Absolute folder of everything that outlives the process. */
  readonly home: string;
  readonly port: number;
  /** Where people reach services; undefined without an edge. */
  readonly edgePort: number | undefined;
  readonly publicUrl: URL | undefined;
  /** PostgreSQL instead of the database in `<home>/database`. */
  readonly databaseUrl: string | undefined;
  readonly embeddedClusters: readonly EmbeddedCluster[];
  /** Rollouts of each service and environment that are remembered with their journals. */
  readonly keptRollouts: number;
  /** Milliseconds after its end until a rollout is forgotten, although there is room for it; undefined: never. */
  readonly keptFor: number | undefined;
  /** Milliseconds in which all services are looked at for changes by hand; 0: nobody looks. */
  readonly driftInterval: number;
  /** What kubeconfigs that people register may make this machine do; nothing unless its owner says so. */
  readonly kubeconfigLimits: { readonly programs: readonly string[]; readonly folders: readonly string[] };
}

/** Reads the settings from environment variables. Throws an `Error` that names every variable that is not valid. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = variables.safeParse(
    // An empty variable counts as unset, as shells make it hard to unset one.
    Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== "")),
  );
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new Error(`settings are not valid\n  ${issues.join("\n  ")}`);
  }
  const { data } = parsed;
  return {
    home: isAbsolute(data.FAIRWAY_HOME) ? data.FAIRWAY_HOME : resolve(data.FAIRWAY_HOME),
    port: data.FAIRWAY_PORT,
    edgePort: data.FAIRWAY_EDGE_PORT,
    publicUrl: data.FAIRWAY_PUBLIC_URL === undefined ? undefined : new URL(data.FAIRWAY_PUBLIC_URL),
    databaseUrl: data.DATABASE_URL,
    embeddedClusters: data.FAIRWAY_EMBEDDED_CLUSTERS,
    keptRollouts: data.FAIRWAY_KEPT_ROLLOUTS,
    keptFor: data.FAIRWAY_KEPT_DAYS === undefined ? undefined : data.FAIRWAY_KEPT_DAYS * 86_400_000,
    driftInterval: data.FAIRWAY_DRIFT_INTERVAL * 1_000,
    kubeconfigLimits: { programs: data.FAIRWAY_KUBECONFIG_PROGRAMS, folders: data.FAIRWAY_KUBECONFIG_FILES },
  };
}
