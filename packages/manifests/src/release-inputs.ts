import type { KubernetesObject } from "@fairway/objects";
import type { ProfileSettings, ServiceSpec } from "@fairway/spec";

/** What one cluster adds to a release: facts of the platform, resolved before rendering. */
export interface ClusterFacts {
  readonly name: string;
  /** Placeholders `{service}`, `{namespace}`, `{number}`, and `{base+number}` style sums with a literal base: `http://127.0.0.1:{21000+number}`. */
  readonly addressTemplate: string;
  /** What runs there: `snapshot.fairway.dev/<service>@sha256:<hex>` in embedded clusters, else a registry's reference by digest. */
  readonly image: string;
  /** Whether its nodes need credentials to pull the image; they are in the Secret `pullSecretName`. */
  readonly pullSecret: boolean;
  /** Whether crons and migrations run here: true for one cluster of an environment. */
  readonly lead: boolean;
  /** The platform owner's settings for this service in this environment and cluster. */
  readonly profile: ProfileSettings;
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
  /** The service's namespace, the same in every cluster. */
  readonly namespace: string;
  /** What `[build] image` names; undefined: the service is built. */
  readonly ready?: ResolvedImage;
  /** What the images of registered clusters stand on; undefined where there are none. */
  readonly base?: ResolvedImage;
  readonly clusters: readonly ClusterFacts[];
  /** Platform-wide numbers of the service's dependencies (and of the service itself), by name. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Namespaces of the dependencies that are services of the platform, by name. */
  readonly namespaces: Readonly<Record<string, string>>;
  /** What the team brings beside app.toml (`kubernetes/*.yaml`), checked. */
  readonly extras: readonly KubernetesObject[];
}

/** Slot-neutral objects in apply order, by cluster name. */
export type Rendered = Readonly<Record<string, readonly KubernetesObject[]>>;
