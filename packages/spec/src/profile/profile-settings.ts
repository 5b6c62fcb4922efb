import type { EngineName, Kind, Size } from "../service-spec.ts";

/** Size of one replica. CPU in cores (`250m`), memory in bytes (`128Mi`). */
export interface SizeRequest {
  readonly cpu: string;
  readonly memory: string;
}

export interface BaseImage {
  /** Reference; `{version}` is the engine's version. */
  readonly image: string;
  /** Of an engine whose version app.toml leaves out. */
  readonly version?: string;
}

/** How far pods are held in, in the words of Kubernetes' Pod Security Standards. */
export type SecurityLevel = "restricted" | "baseline" | "privileged";

/** What a service must be; the platform owner's own words tell who breaks it. */
export interface Rule {
  readonly name: string;
  /** Where it holds; empty: everywhere. */
  readonly environments: readonly string[];
  /** For which kinds of service; empty: for all. */
  readonly kinds: readonly Kind[];
  /** The field that is looked at, as app.toml names it: `owner`, `replicas`, `engine.version`, `health.ready`. */
  readonly field: string;
  /** One of these; `min` and `max` look at the smallest and largest number a field can mean. */
  readonly require:
    | { readonly type: "present" }
    | { readonly type: "absent" }
    | { readonly type: "min"; readonly value: number }
    | { readonly type: "max"; readonly value: number }
    | { readonly type: "matches"; readonly pattern: string }
    | { readonly type: "one-of"; readonly values: readonly (string | number | boolean)[] };
  readonly message: string;
}

/** How public hosts are reached. */
export interface PublicSettings {
  readonly via: "ingress" | "gateway";
  /** Of Ingresses; undefined: the cluster's default class. */
  readonly class: string | undefined;
  /** The Gateway that HTTPRoutes attach to. */
  readonly gateway:
    | { readonly name: string; readonly namespace: string; readonly section: string | undefined }
    | undefined;
  /** A host must be one of these or below one; empty: any host. */
  readonly domains: readonly string[];
  /** Name of the TLS Secret of an Ingress, `{service}` and `{host}` filled in; undefined: the controller's own certificate. */
  readonly certificate: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The platform owner's defaults as they hold for one service in one environment and cluster. */
export interface ProfileSettings {
  readonly sizes: Readonly<Record<Size, SizeRequest>>;
  /** limit = request x factor. */
  readonly limitFactors: { readonly cpu: number; readonly memory: number };
  /** What one service's namespace may request in all; undefined: no bound. */
  readonly quota: {
    readonly cpu: string | undefined;
    readonly memory: string | undefined;
    readonly pods: number | undefined;
  };
  /** What a service's image stands on, by engine, where neither app.toml nor the registry names one. */
  readonly bases: Readonly<Partial<Record<EngineName, BaseImage>>>;
  readonly images: {
    /** Compressed bytes above which a person is told how large an image is. */
    readonly warningBytes: number;
    /** Prefixes of references that `[build] image` and `base` may name; empty: any. */
    readonly allowed: readonly string[];
  };
  /** Paths of checks where app.toml names none. */
  readonly health: {
    readonly live: string | undefined;
    readonly ready: string | undefined;
    readonly startup: string | undefined;
  };
  /** The HTTP API of Prometheus, which `[deploy] analysis` asks; undefined: there is none. */
  readonly metrics: string | undefined;
  /** Put on every object and pod; `{service}`, `{owner}`, `{environment}` and `{cluster}` are filled in. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly public: PublicSettings;
  readonly security: SecurityLevel;
  /** A service's namespace: `{service}`, or `{service}-{environment}` where a cluster serves several environments. */
  readonly namespace: string;
  /** The ClusterRole that the owner team gets in the service's namespace; undefined: none. `group` may have `{owner}`. */
  readonly access: { readonly role: string; readonly group: string } | undefined;
  readonly network: {
    /** Whether network policies are rendered. */
    readonly policies: boolean;
    /** Namespaces of the gateways through which public requests come. */
    readonly gateways: readonly string[];
    /** Namespaces of the platform's own parts, which may reach every service (metrics) and be reached by it (logs, mesh). */
    readonly platform: readonly string[];
    /** The cluster's own address ranges, to which "everywhere outside" does not reach. */
    readonly internal: readonly string[];
  };
  /** Kinds that `[[kubernetes.patches]]` may change, and that `kubernetes/*.yaml` may have. */
  readonly kubernetes: { readonly patches: readonly string[]; readonly objects: readonly string[] };
  readonly rules: readonly Rule[];
}
