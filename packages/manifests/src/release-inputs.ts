import type { KubernetesObject } from "@fairway/objects";
import type { ServiceSpec } from "@fairway/spec";

/** What one cluster adds to a release: facts of the platform, resolved before rendering. */
export interface ClusterFacts {
  readonly name: string;
  /** Placeholders `{service}`, `{namespace}`, `{number}`, and `{base+number}` style sums with a literal base: `http://127.0.0.1:{21000+number}`. */
  readonly addressTemplate: string;
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
}

/** Everything that a release is made of; its hash is the release's name. */
export interface ReleaseInputs {
  readonly environment: string;
  readonly spec: ServiceSpec;
  readonly profile: Profile;
  /** `snapshot.fairway.dev/<service>@sha256:<hex>` in embedded clusters, later a registry's reference. */
  readonly image: string;
  readonly clusters: readonly ClusterFacts[];
  /** Platform-wide numbers of the service's dependencies (and of the service itself), by name. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** Slot-neutral objects in apply order, by cluster name. */
export type Rendered = Readonly<Record<string, readonly KubernetesObject[]>>;
