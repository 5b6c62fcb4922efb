/** What the newest release of an environment says about a service. */
export interface ServiceProfile {
  readonly description: string;
  readonly kind: "business" | "infrastructure" | "frontend" | "job";
  readonly owner: string | undefined;
  readonly engine: string;
  readonly dependencies: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly replicas: number;
}

/** What a team wrote, as it was sent: app.toml, and the files of `kubernetes/` beside it by their names. */
export interface ServiceSource {
  readonly appToml: string;
  readonly kubernetes: Readonly<Record<string, string>>;
}

/** The commit that a release was made at, as its deployer's git said. */
export interface Commit {
  readonly hash: string;
  /** First line of its message. */
  readonly subject: string;
  /** RFC 3339. */
  readonly committedAt: string;
  /** The folder had changes beside it. */
  readonly dirty: boolean;
}

/** A stored release: immutable, named by the hash of its inputs. JSON only. */
export interface ReleaseRecord {
  readonly name: string;
  readonly service: string;
  readonly environment: string;
  readonly namespace: string;
  /** `sha256:<hex>` of the snapshot; undefined: the release runs a ready image. */
  readonly snapshot: string | undefined;
  readonly profile: ServiceProfile;
  /** What it was made of, to be read anew; undefined for releases of versions that did not keep it. */
  readonly source: ServiceSource | undefined;
  /** Of the platform owner's profile that it was made with; undefined like `source`. */
  readonly profileVersion: string | undefined;
  /** The inputs that were hashed, for comparison and for rendering again. */
  readonly inputs: unknown;
  /** Slot-neutral objects by cluster name. */
  readonly objects: Readonly<Record<string, readonly unknown[]>>;
  /** By cluster name: the release that first had these very objects there, where that is another one. */
  readonly sameAs?: Readonly<Record<string, string>>;
  /** The Job that brings the database to it, and the cluster in which it runs. */
  readonly migration?: { readonly cluster: string; readonly job: unknown };
  /** Of the first clean folder that it was made of; undefined where git was not asked. */
  readonly commit?: Commit;
  readonly createdAt: string;
  readonly actor: string;
  /** False once it was retired, and its snapshot deleted. */
  readonly available: boolean;
}

export interface ReleaseStore {
  /**
   * Keeps the first record of a name; the same inputs give the same name. One that was retired is available again
   * when `release.available` is true: its snapshot was sent again. One without a source takes this one.
   */
  put(release: ReleaseRecord): Promise<ReleaseRecord>;
  get(name: string): Promise<ReleaseRecord | undefined>;
  /** The commit of a release alone. */
  commit(name: string): Promise<Commit | undefined>;
  /** Names that begin with `prefix`, at most 10. */
  find(service: string, environment: string, prefix: string): Promise<readonly string[]>;
  /** Newest first. */
  list(service: string, environment: string, limit: number): Promise<readonly ReleaseRecord[]>;
  /** Names of the available releases: what may be rolled back to. */
  kept(service: string, environment: string): Promise<readonly string[]>;
  /**
   * Names of the services of an environment that have an active release, in their order.
   *
   * @param cluster only those whose release has objects there
   */
  activeServices(environment: string, cluster?: string): Promise<readonly string[]>;
  /** The active releases of some services of an environment, by their names' order; one by one where there are too many for memory. */
  activeOf(environment: string, services: readonly string[]): Promise<readonly ReleaseRecord[]>;
  /**
   * Active releases of an environment by service name.
   *
   * @param known an answer of before: what is still as it was is taken from there, since reading all of it takes its time
   */
  active(
    environment: string,
    known?: Readonly<Record<string, ReleaseRecord>>,
  ): Promise<Readonly<Record<string, ReleaseRecord>>>;
  /**
   * Marks releases as unavailable beyond the `keep` newest (by their last `put`) of each service and environment,
   * never an active one, the one before it, nor one of an unfinished rollout; gives the stored snapshots that releases
   * needed and no available one needs any more, again and again until `Snapshots.remove` forgets them.
   */
  retire(keep: number): Promise<readonly string[]>;
}
