/** A service as the platform knows it; its number never changes and is never given again. */
export interface ServiceRecord {
  readonly name: string;
  /** Small, platform-wide, for life: addresses are made of it. */
  readonly number: number;
  readonly createdAt: string;
}

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

export interface ClusterRecord {
  readonly name: string;
  readonly environment: string;
  readonly embedded: boolean;
  /** File with the credentials, relative to the platform's home. Never the credentials themselves. */
  readonly kubeconfig: string;
  readonly context: string | undefined;
  readonly addressTemplate: string;
  /** host:port of the cluster's HTTP gateway, for the edge. */
  readonly gateway: string | undefined;
  /** Somebody declared it lost: rollouts go on without it, and it takes no traffic. */
  readonly lost: { readonly by: string; readonly at: string } | undefined;
  /** Somebody is removing it: no service comes to it any more, those that are there leave it one by one, then it is forgotten. */
  readonly retiring: { readonly by: string; readonly at: string } | undefined;
  readonly createdAt: string;
}

/** Where an environment's registered clusters have their images from; an environment has one at most. */
export interface RegistryRecord {
  readonly name: string;
  readonly environment: string;
  /** `registry.example.com/team`: a service's images are in `<prefix>/<service>`. */
  readonly prefix: string;
  /** Reached without TLS. */
  readonly plainHttp: boolean;
  /** Which files lie in the registry's folder below the platform's home. Never the credentials themselves. */
  readonly files: {
    /** Credentials of the server: to push, and to read what images stand on. */
    readonly dockerConfig: boolean;
    /** Credentials of clusters' nodes, for this registry alone. */
    readonly pullDockerConfig: boolean;
    /** PEM certificates to trust besides the usual ones. */
    readonly certificateAuthority: boolean;
  };
  /** References of the images that services stand on, by engine. */
  readonly bases: Readonly<Record<string, string>>;
  readonly createdAt: string;
}

/** One version of the platform owner's profile. */
export interface ProfileRecord {
  /** From 1. */
  readonly version: number;
  /** As it was sent. */
  readonly text: string;
  readonly actor: string;
  readonly createdAt: string;
}

export interface SnapshotRecord {
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
  readonly createdAt: string;
}

/** Who did what; written for every command, also for refused ones. */
export interface AuditEntry {
  readonly at: string;
  readonly actor: string;
  readonly permission: string;
  /** Operation name of the API, for example `createRollout`. */
  readonly command: string;
  readonly target: string;
  readonly outcome: "accepted" | "refused";
  readonly detail: string | undefined;
}

/** A rollout as lists show it; its progress is the engine's to tell. */
export interface RolloutListing {
  readonly number: number;
  readonly environment: string;
  readonly service: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly strategy: "rolling" | "blue-green" | "canary";
  readonly kind: "deploy" | "rollback" | "removal" | "membership" | "repair";
  readonly actor: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** `unfinished` is queued, running or restoring. A rollout that ended may still converge: see `converging`. */
  readonly status: "unfinished" | "succeeded" | "failed" | "refused";
  /** One line; undefined while unfinished and often after success. */
  readonly reason: string | undefined;
  /** RFC 3339. */
  readonly endedAt: string | undefined;
  /** Clusters that are not on the decision although the rollout ended; the engine brings them there when they return. */
  readonly converging: readonly string[];
}

/** Rollouts for lists, written by the journal. */
export interface RolloutIndex {
  /** Newest first. */
  list(filter: {
    readonly environment?: string;
    readonly service?: string;
    readonly limit: number;
  }): Promise<readonly RolloutListing[]>;
  /**
   * Forgets rollouts with their journals beyond the `keep` newest of each service and environment, and those that ended
   * more than `age` milliseconds ago, where that is said; never one that is not closed, the one that brought what is active, nor one of which a webhook has not been told yet. Gives how many.
   */
  trim(keep: number, age?: number): Promise<number>;
  /** The rollout that was created under this key. */
  byKey(idempotencyKey: string): Promise<RolloutListing | undefined>;
  /** The newest rollout of each service of an environment, by service name. */
  latest(environment: string): Promise<Readonly<Record<string, RolloutListing>>>;
}

export interface Services {
  /** Gives the record, with a fresh number when the name is new. Safe to repeat and to race. */
  ensure(name: string): Promise<ServiceRecord>;
  get(name: string): Promise<ServiceRecord | undefined>;
  /** Services with an active release or an unfinished rollout in the environment, by name. */
  list(environment: string): Promise<readonly ServiceRecord[]>;
  numbers(names: readonly string[]): Promise<Readonly<Record<string, number>>>;
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
  /** Active releases of an environment by service name. */
  active(environment: string): Promise<Readonly<Record<string, ReleaseRecord>>>;
  /**
   * Marks releases as unavailable beyond the `keep` newest (by their last `put`) of each service and environment,
   * never an active one, the one before it, nor one of an unfinished rollout; gives the stored snapshots that releases
   * needed and no available one needs any more, again and again until `Snapshots.remove` forgets them.
   */
  retire(keep: number): Promise<readonly string[]>;
}

export interface Clusters {
  put(cluster: ClusterRecord): Promise<void>;
  get(name: string): Promise<ClusterRecord | undefined>;
  list(): Promise<readonly ClusterRecord[]>;
  remove(name: string): Promise<void>;
}

export interface Registries {
  /** Replaces the record of the same name. */
  put(registry: RegistryRecord): Promise<void>;
  get(name: string): Promise<RegistryRecord | undefined>;
  /** The one of an environment. */
  of(environment: string): Promise<RegistryRecord | undefined>;
  /** By name. */
  list(): Promise<readonly RegistryRecord[]>;
  remove(name: string): Promise<void>;
}

/** The platform owner's profile with its past: versions are added, never changed. */
export interface Profiles {
  /** The one that holds; undefined: none was ever set. */
  newest(): Promise<ProfileRecord | undefined>;
  get(version: number): Promise<ProfileRecord | undefined>;
  /** Newest first; without their texts, which are long. */
  list(limit: number): Promise<readonly Omit<ProfileRecord, "text">[]>;
  /** Adds the version behind `after` (0: the first one); undefined when `after` is not the newest any more. */
  append(profile: Omit<ProfileRecord, "version">, after: number): Promise<ProfileRecord | undefined>;
}

export interface Snapshots {
  put(snapshot: SnapshotRecord): Promise<void>;
  get(digest: string): Promise<SnapshotRecord | undefined>;
  remove(digest: string): Promise<void>;
}

/** A cluster that is not on the environment's decision takes no traffic at the edge. */
export interface Drains {
  add(environment: string, service: string, cluster: string): Promise<void>;
  remove(environment: string, service: string, cluster: string): Promise<void>;
  list(): Promise<readonly { readonly environment: string; readonly service: string; readonly cluster: string }[]>;
}

/** A field of an object that was left to whoever has set it by hand. */
export interface KeptField {
  readonly environment: string;
  readonly service: string;
  /** As the release names it, without a slot: `Deployment/user`. */
  readonly object: string;
  /** `.spec.replicas` */
  readonly field: string;
  /** Who left it to others. */
  readonly actor: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

export interface KeptFields {
  /** The first one stays when it is added again. */
  add(kept: KeptField): Promise<void>;
  /** False when there was none. */
  remove(environment: string, service: string, object: string, field: string): Promise<boolean>;
  /** By object and field. */
  list(environment: string, service: string): Promise<readonly KeptField[]>;
}

/** Where somebody wants to be told of rollouts. */
export interface WebhookRecord {
  readonly id: number;
  readonly url: string;
  /** Names of milestones: `done`. */
  readonly events: readonly string[];
  /** Of this environment only. */
  readonly environment: string | undefined;
  /** What messages are signed with, sealed by a key that the database does not have. */
  readonly sealedSecret: string;
  readonly actor: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** Since when its receiver wants no more messages: none comes into its outbox. */
  readonly goneAt: string | undefined;
}

/** One message to one webhook, from the moment at which it happened until it was taken or given up. */
export interface Delivery {
  readonly webhook: number;
  /** The same for each try, and for each webhook: `18-4`, the rollout and its entry. */
  readonly message: string;
  readonly event: string;
  readonly rollout: number;
  readonly sequence: number;
  readonly status: "waiting" | "delivered" | "given-up";
  readonly attempts: number;
  /** RFC 3339. */
  readonly createdAt: string;
  /** Of the last try. */
  readonly lastAt: string | undefined;
  /** HTTP status of the last answer. */
  readonly answer: number | undefined;
  /** Why the last try failed. */
  readonly error: string | undefined;
}

/** Webhooks and their outbox; the journal puts messages into it in the transaction that writes what they tell. */
export interface Webhooks {
  add(webhook: Omit<WebhookRecord, "id" | "goneAt">): Promise<WebhookRecord>;
  get(id: number): Promise<WebhookRecord | undefined>;
  /** By id. */
  list(): Promise<readonly WebhookRecord[]>;
  /** With its messages; false when there is none. */
  remove(id: number): Promise<boolean>;
  /**
   * Messages that are due, one of each webhook, and each for one caller only: for `hold` milliseconds nobody else gets
   * them.
   *
   * @param busy webhooks that are being written to
   */
  take(limit: number, hold: number, busy: readonly number[]): Promise<readonly Delivery[]>;
  /** What became of a try. `retryAfter` in milliseconds; undefined: there is no other one. */
  tried(
    delivery: Pick<Delivery, "webhook" | "message">,
    result: {
      readonly delivered: boolean;
      readonly answer: number | undefined;
      readonly error: string | undefined;
      readonly retryAfter: number | undefined;
    },
  ): Promise<void>;
  /**
   * Its receiver wants no more messages, or wants them again.
   *
   * @param why what is said of those that wait, which are given up; undefined: it wants them again
   */
  setGone(id: number, why: string | undefined): Promise<void>;
  /** Milliseconds until a message of a webhook that is not busy is due; undefined when none waits. */
  nextDue(busy: readonly number[]): Promise<number | undefined>;
  /** Newest first. */
  deliveries(webhook: number, limit: number): Promise<readonly Delivery[]>;
}

export interface Audit {
  append(entry: AuditEntry): Promise<void>;
  /** Newest first. @param filter.about a word of the target: a service, a rollout's number. `before`: an id, for the next page. */
  list(filter: {
    readonly limit: number;
    readonly before?: number | undefined;
    readonly actor?: string | undefined;
    readonly about?: string | undefined;
    readonly outcome?: AuditEntry["outcome"] | undefined;
  }): Promise<readonly (AuditEntry & { readonly id: number })[]>;
}

/** A change of the platform that goes through the services of an environment, each by an ordinary rollout. */
export interface FleetRecord {
  /** Platform-wide, from 1. */
  readonly number: number;
  readonly environment: string;
  /** `profile`: a new version of the profile or of the platform. */
  readonly kind: "profile" | "cluster-added" | "cluster-removed";
  /** That was added, or is being removed. */
  readonly cluster: string | undefined;
  /** Rollouts at a time at most. */
  readonly parallel: number;
  /** Failed services after which it halts. */
  readonly stopAfter: number;
  /** Failed services that a person has looked at and gone on from. */
  readonly forgiven: number;
  /** `halted`: by failures; it can be resumed as a paused one. */
  readonly status: "running" | "paused" | "halted" | "done" | "stopped";
  /** Why it has halted. */
  readonly reason: string | undefined;
  readonly actor: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** RFC 3339. */
  readonly endedAt: string | undefined;
}

/** A service's part in it. */
export interface FleetService {
  readonly service: string;
  /**
   * `rolling`, `done` and `failed` are what its rollout is. `refused`: by prepare, or it cannot be rendered. `unchanged`: it
   * would become what it is. `gone`: it does not run any more.
   */
  readonly state: "waiting" | "rolling" | "done" | "failed" | "refused" | "unchanged" | "gone";
  /** Of the newest rollout that it had here. One that was superseded leaves it waiting again. */
  readonly rollout: number | undefined;
  readonly reason: string | undefined;
}

export interface Fleets {
  /** Undefined when one is under way in the environment. `services`: names in their order. */
  start(
    fleet: Pick<FleetRecord, "environment" | "kind" | "cluster" | "parallel" | "stopAfter" | "actor">,
    services: readonly string[],
  ): Promise<FleetRecord | undefined>;
  get(number: number): Promise<FleetRecord | undefined>;
  /** Newest first. */
  list(filter: { readonly environment?: string; readonly limit: number }): Promise<readonly FleetRecord[]>;
  /** Neither done nor stopped, oldest first. */
  unfinished(): Promise<readonly FleetRecord[]>;
  /** In their order, as they and their rollouts are now. */
  services(number: number): Promise<readonly FleetService[]>;
  /** False when its status is none of `from`. What is left out of `change` stays. */
  update(
    number: number,
    from: readonly FleetRecord["status"][],
    change: Pick<FleetRecord, "status" | "reason"> & Partial<Pick<FleetRecord, "forgiven">>,
  ): Promise<boolean>;
  /** A service's rollout was made. */
  begun(number: number, service: string, rollout: number): Promise<void>;
  /** A service is passed by. */
  passed(
    number: number,
    service: string,
    state: "refused" | "unchanged" | "gone",
    reason: string | undefined,
  ): Promise<void>;
}
