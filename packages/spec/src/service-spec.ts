export type Kind = "business" | "infrastructure" | "frontend" | "job";
export type EngineName = "golang" | "php" | "python" | "node" | "static" | "image";
export type Size = "small" | "medium" | "large" | "xlarge";

/** One HTTP check; times in seconds. */
export interface HealthCheck {
  readonly path: string;
  readonly period: number;
  readonly timeout: number;
  readonly threshold: number;
}

/** Something this service calls: a service of the platform, or, with `external`, `hosts` or `cidrs`, something beside it. */
export interface Dependency {
  readonly name: string;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly retries?: number;
  /** Absolute `http://` or `https://` address of what the platform does not run; becomes `SERVICE_<NAME>_URL`. */
  readonly external?: string;
  /** `host:port` of what is not HTTP. Network policies know no names: they open the port to everywhere outside of the cluster. */
  readonly hosts?: readonly string[];
  /** `10.20.0.0/16` or `10.20.0.0/16:5432`: the only addresses that are opened, where there are any. */
  readonly cidrs?: readonly string[];
}

/** How many run in each cluster; a range is kept by an autoscaler. */
export type Replicas = number | ReplicaRange;

export interface ReplicaRange {
  readonly min: number;
  readonly max: number;
  /** Percent of the CPU request that the autoscaler aims at. */
  readonly cpu: number;
}

export type StorageKind = "postgresql" | "mysql" | "redis" | "mongodb" | "cassandra" | "rabbitmq" | "kafka" | "s3";

/** A database, queue or store that is this service's own. */
export interface Storage {
  readonly kind: StorageKind;
  readonly name: string;
  readonly size: string | undefined;
}

/** One event that this service publishes or is told of. */
export interface EventUse {
  readonly direction: "produces" | "consumes";
  readonly name: string;
  readonly schema: string | undefined;
}

/** A command that runs by the clock. */
export interface Cron {
  readonly name: string;
  /** Five fields, or `@hourly`, `@daily`, ..., as Kubernetes takes them. UTC. */
  readonly schedule: string;
  readonly command: readonly string[];
  /** What happens when the run before has not ended. */
  readonly concurrency: "allow" | "forbid" | "replace";
  /** Seconds after which a run is ended; undefined: never. */
  readonly deadline: number | undefined;
  /** In every cluster; otherwise in the environment's lead cluster only. */
  readonly everywhere: boolean;
}

/** Where people outside of the platform reach the service. */
export interface PublicAddress {
  readonly host: string;
  /** A prefix. */
  readonly path: string;
  readonly tls: boolean;
}

export interface Deploy {
  readonly strategy: "rolling" | "blue-green" | "canary";
  /** Of a canary. `hold` in seconds; undefined: until somebody promotes. */
  readonly steps: readonly { readonly weight: number; readonly hold: number | undefined }[];
  /** Of blue-green: whether requests go over by themselves, or when somebody promotes; undefined: at once. */
  readonly switch: "at-once" | "by-hand" | undefined;
  /** Clusters in the order in which they go, those of one list together. Empty: all at once. */
  readonly waves: readonly (readonly string[])[];
  /** Seconds that each wave but the last is looked at; undefined: none. */
  readonly bake: number | undefined;
  readonly analysis: readonly { readonly query: string; readonly min?: number; readonly max?: number }[];
  /** Seconds that new pods may take to become ready; undefined: the platform's. */
  readonly timeout: number | undefined;
}

/** Explicit sizes, in the units of Kubernetes quantities; undefined: by `engine.size`. */
export interface Resources {
  readonly cpu: string | undefined;
  readonly memory: string | undefined;
  /** Megabits per second, for placing; shown, and told to whoever places pods by annotation. */
  readonly netutil: number | undefined;
  /** limit = request x factor; undefined: the profile's. */
  readonly limits: { readonly cpu: number | undefined; readonly memory: number | undefined };
}

export interface Slo {
  /** Percent of requests that succeed. */
  readonly availability: number | undefined;
  /** Milliseconds within which 99 percent of requests are answered. */
  readonly latency: number | undefined;
  /** Days. */
  readonly window: number;
}

/** A change of one rendered object that no field can say. */
export interface ObjectPatch {
  readonly kind: string;
  /** As rendered, without the slot; undefined: the only one of its kind. */
  readonly name: string | undefined;
  /** Strategic merge patch, or a JSON patch (RFC 6902). */
  readonly change:
    | { readonly type: "strategic"; readonly merge: Readonly<Record<string, unknown>> }
    | { readonly type: "json"; readonly operations: readonly JsonPatchOperation[] };
}

export interface JsonPatchOperation {
  readonly op: "add" | "remove" | "replace" | "move" | "copy" | "test";
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** app.toml of one environment: `[envs.<name>]` merged in, defaults filled in, units resolved. */
export interface ServiceSpec {
  readonly name: string;
  readonly description: string;
  readonly kind: Kind;
  /** The team. */
  readonly owner: string | undefined;
  /** Who is called at night: a channel, a rota, an address. */
  readonly oncall: string | undefined;
  readonly links: readonly { readonly title: string; readonly url: string }[];
  /** Per cluster. */
  readonly replicas: Replicas;
  readonly engine: { readonly name: EngineName; readonly version: string | undefined; readonly size: Size };
  readonly build: {
    readonly command: string | undefined;
    /** Reference of the image that the service's own one stands on; undefined: the platform's for the engine. */
    readonly base: string | undefined;
    /** Reference of a ready image, which is run instead of one that is built; the engine is then `image`. */
    readonly image: string | undefined;
    readonly exclude: readonly string[];
  };
  readonly run: {
    /** Words, not a shell line; undefined: the engine's default. */
    readonly command: readonly string[] | undefined;
    readonly args: readonly string[];
    /** Port on Kubernetes; every service listens on `$PORT`. */
    readonly port: number;
    /** Seconds between SIGTERM and SIGKILL. */
    readonly grace: number;
  };
  readonly health: {
    /** Where app.toml is silent (undefined), the profile may name a path; false: no such check, whatever the profile says. */
    readonly live: HealthCheck | false | undefined;
    readonly ready: HealthCheck | false | undefined;
    readonly startup: HealthCheck | false | undefined;
  };
  /** Where Prometheus finds metrics; `port` undefined: the service's own. */
  readonly metrics: { readonly path: string; readonly port: number | undefined } | undefined;
  readonly dependencies: readonly Dependency[];
  readonly storages: readonly Storage[];
  readonly events: readonly EventUse[];
  readonly crons: readonly Cron[];
  readonly migrations: { readonly command: readonly string[] } | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: { readonly required: readonly string[] };
  readonly public: readonly PublicAddress[];
  readonly deploy: Deploy;
  readonly resources: Resources;
  readonly memory: {
    /** Over how many workloads with different memory limits the replicas are split; undefined: one. */
    readonly stagger: number | undefined;
  };
  readonly slo: Slo | undefined;
  readonly kubernetes: { readonly patches: readonly ObjectPatch[] };
}

/** One problem of one file. Lines and columns count from 1; `length` is in characters. */
export interface Issue {
  /** Stable, kebab-case: `unknown-key`, `wrong-type`, `syntax`, ... */
  readonly code: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  /** What to do, for example `did you mean "replicas"?`. */
  readonly hint?: string;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] };
