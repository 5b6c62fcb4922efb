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

/** A service this one calls. */
export interface Dependency {
  readonly name: string;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly retries?: number;
}

/** app.toml of one environment: `[envs.<name>]` merged in, defaults filled in, units resolved. */
export interface ServiceSpec {
  readonly name: string;
  readonly description: string;
  readonly kind: Kind;
  readonly owner: string | undefined;
  /** Per cluster. */
  readonly replicas: number;
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
    readonly live: HealthCheck | undefined;
    readonly ready: HealthCheck | undefined;
    readonly startup: HealthCheck | undefined;
  };
  readonly dependencies: readonly Dependency[];
  readonly env: Readonly<Record<string, string>>;
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
