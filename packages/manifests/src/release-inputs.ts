import type { KubernetesObject } from "@fairway/objects";
import type { EngineName, ServiceSpec } from "@fairway/spec";

/** What one cluster adds to a release: facts of the platform, resolved before rendering. */
export interface ClusterFacts {
  readonly name: string;
  /** Placeholders `{service}`, `{namespace}`, `{number}`, and `{base+number}` style sums with a literal base: `http://127.0.0.1:{21000+number}`. */
  readonly addressTemplate: string;
  /** What runs there: `snapshot.fairway.dev/<service>@sha256:<hex>` in embedded clusters, else a registry's reference by digest. */
  readonly image: string;
  /** Whether its nodes need credentials to pull the image; they are in the Secret `pullSecretName`. */
  readonly pullSecret: boolean;
}

/** Size of one replica, as the profile says. CPU in cores (`250m`), memory in bytes (`128Mi`). */
export interface SizeRequest {
  readonly cpu: string;
  readonly memory: string;
}

/** The platform owner's defaults that rendering reads. */
export interface Profile {
  readonly version: string;
  readonly sizes: Readonly<Record<"small" | "medium" | "large" | "xlarge", SizeRequest>>;
  /** limit = request x factor. */
  readonly limitFactors: { readonly cpu: number; readonly memory: number };
  /** What a service's image stands on, by engine, where neither app.toml nor the registry names one. */
  readonly bases: Readonly<Partial<Record<EngineName, BaseImage>>>;
  /** Compressed bytes above which a person is told how large an image is. */
  readonly imageWarningBytes: number;
}

export interface BaseImage {
  /** Reference; `{version}` is the engine's version. */
  readonly image: string;
  /** Of an engine whose version app.toml leaves out. */
  readonly version?: string;
}

/** An image as somebody named it, and what that meant when the release was made. */
export interface ResolvedImage {
  /** `registry.example.com/team/app:1.2` */
  readonly asked: string;
  /** `registry.example.com/team/app@sha256:<hex>` */
  readonly reference: string;
}

/** Everything that a release is made of; its hash is the release's name. */
export interface ReleaseInputs {
  readonly environment: string;
  readonly spec: ServiceSpec;
  readonly profile: Profile;
  /** What `[build] image` names; undefined: the service is built. */
  readonly ready?: ResolvedImage;
  /** What the images of registered clusters stand on; undefined where there are none. */
  readonly base?: ResolvedImage;
  readonly clusters: readonly ClusterFacts[];
  /** Platform-wide numbers of the service's dependencies (and of the service itself), by name. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** Slot-neutral objects in apply order, by cluster name. */
export type Rendered = Readonly<Record<string, readonly KubernetesObject[]>>;
