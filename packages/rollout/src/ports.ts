import type { KubernetesObject, Node, ObjectRef, Pod, Secret } from "@fairway/objects";

/** Why a call to a cluster failed; decides whether it is repeated, reported or fatal. */
export type ClusterErrorCode =
  /** No answer: refused, timed out, reset, TLS failure, 5xx that persisted. The write may or may not have happened. */
  | "unreachable"
  /** 401: credentials are not accepted. */
  | "unauthenticated"
  /** 403: credentials are accepted, the right is missing. */
  | "forbidden"
  /** 404. */
  | "not-found"
  /** 409: the precondition (resourceVersion, uid) did not hold, or the object already exists. */
  | "conflict"
  /** 409 of server-side apply: somebody else owns a field; `fields` says who and which. */
  | "field-conflict"
  /** 422 or 400: the API refuses the object; `fields` names the causes. */
  | "invalid"
  /** 403 with a quota message. */
  | "quota-exceeded"
  /** An admission webhook or policy refused. */
  | "denied"
  /** A webhook stands in the way that cannot try anything: nothing is known of the object. */
  | "no-dry-run"
  /** Anything else, with its message. */
  | "unknown";

export interface ClusterErrorField {
  /** JSON path, for example `.spec.replicas`. */
  readonly field: string;
  readonly message: string;
  /** The other field manager, for `field-conflict`. */
  readonly manager?: string;
}

/** The one error of the Cluster port. `cause` keeps the original. */
export class ClusterError extends Error {
  readonly code: ClusterErrorCode;
  readonly cluster: string;
  readonly fields: readonly ClusterErrorField[];

  constructor(
    code: ClusterErrorCode,
    cluster: string,
    message: string,
    options: { readonly cause?: unknown; readonly fields?: readonly ClusterErrorField[] } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "ClusterError";
    this.code = code;
    this.cluster = cluster;
    this.fields = options.fields ?? [];
  }
}

/**
 * Everything in one namespace of one cluster that a rollout looks at, at one moment.
 * Level-triggered: each observation is complete, so a missed one loses nothing.
 */
export interface Observation {
  readonly cluster: string;
  readonly namespace: string;
  /** Milliseconds since the epoch, by the observer's clock. */
  readonly at: number;
  /**
   * Deployments, ReplicaSets, Pods and ConfigMaps of the namespace, and the Namespace itself; those without Fairway's label
   * `app.kubernetes.io/managed-by` may be missing, but for ConfigMaps.
   */
  readonly objects: readonly KubernetesObject[];
  /** core/v1 Events of the namespace, oldest first; best effort. */
  readonly events: readonly KubernetesObject[];
}

export interface ApplyOptions {
  /** Who owns what is applied; `fairway` unless told. */
  readonly manager?: string;
  /** Ask the API server what would happen, persist nothing. */
  readonly dryRun?: boolean;
  /** Take fields over from other managers. Never by default. */
  readonly force?: boolean;
  /** Fail with `conflict` unless the stored object has this resourceVersion. Alone it lets an object be made anew that has gone. */
  readonly resourceVersion?: string;
  /** Fail with `conflict` unless the stored object has this uid; it must exist. */
  readonly uid?: string;
}

/**
 * One Kubernetes API, as the engine needs it. Each call has a deadline of its own (the adapter's) and ends early when
 * `signal` aborts. Every write can be repeated. All failures are `ClusterError`.
 */
export interface Cluster {
  readonly name: string;
  /** What shares requests out by weight there, beside what a release's own objects say; undefined: nothing. */
  readonly router?: "gateway";
  /**
   * Proves that the API answers and that our rights suffice; resolves with its version.
   *
   * @param kinds what a rollout writes: only the rights for that are asked about; without, all that Fairway ever needs
   */
  check(
    signal?: AbortSignal,
    kinds?: readonly { readonly apiVersion: string; readonly kind: string }[],
  ): Promise<{ readonly version: string; readonly missingPermissions: readonly string[] }>;
  get(ref: ObjectRef, signal?: AbortSignal): Promise<KubernetesObject | undefined>;
  list(
    of: {
      readonly apiVersion: string;
      readonly kind: string;
      readonly namespace?: string;
      readonly labels?: Readonly<Record<string, string>>;
    },
    signal?: AbortSignal,
  ): Promise<readonly KubernetesObject[]>;
  /** Server-side apply with field manager `fairway` and strict field validation. Resolves with the stored object. */
  apply(object: KubernetesObject, options?: ApplyOptions, signal?: AbortSignal): Promise<KubernetesObject>;
  /** Create; `conflict` when it exists. `dryRun`: as in `ApplyOptions`. */
  create(
    object: KubernetesObject,
    signal?: AbortSignal,
    options?: Pick<ApplyOptions, "dryRun">,
  ): Promise<KubernetesObject>;
  /** Update by compare-and-swap: `object.metadata.resourceVersion` must be set; `conflict` when it is old. */
  replace(object: KubernetesObject, signal?: AbortSignal): Promise<KubernetesObject>;
  /** Background propagation. Resolves also when the object is already gone; `conflict` when uid or version differ. */
  delete(
    ref: ObjectRef,
    preconditions: { readonly uid?: string; readonly resourceVersion?: string },
    signal?: AbortSignal,
  ): Promise<void>;
  /**
   * Follows one namespace: yields an observation at once and after each change, coalesced. The first one shows nothing that is
   * older than the call: what was written or deleted before has been so. Survives disconnects by itself; while the API cannot
   * be reached it throws `ClusterError("unreachable")` from the iterator, and the caller
   * may follow again.
   */
  follow(namespace: string, signal: AbortSignal): AsyncIterable<Observation>;
  /** What the cluster could run pods on; undefined where we may not see it. May be some seconds old. */
  nodes(signal?: AbortSignal): Promise<ClusterNodes | undefined>;
  /** The last lines of a container's log, for causes; at most `tailLines` lines, undefined when there is none. */
  log(
    pod: { readonly namespace: string; readonly name: string },
    options: { readonly container: string; readonly previous?: boolean; readonly tailLines: number },
    signal?: AbortSignal,
  ): Promise<string | undefined>;
}

export interface ClusterNodes {
  readonly nodes: readonly Node[];
  /** Those of all namespaces that have not ended; undefined where the cluster is too large to look at each. */
  readonly pods: readonly Pod[] | undefined;
  /** Something adds nodes when pods need them, so that these are not all. */
  readonly grows: boolean;
}

/** Time and waiting, so that tests repeat exactly. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `milliseconds`, or rejects with the signal's reason. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The right to drive one service's rollouts in one environment, with a fencing token. */
export interface Lease {
  readonly environment: string;
  readonly service: string;
  readonly owner: string;
  /** Grows by one with each acquisition; writes of an older epoch are refused. */
  readonly epoch: number;
  /** Milliseconds since the epoch, by the journal's clock. */
  readonly expiresAt: number;
}

/** What was asked for; written once when the rollout is created. */
export interface RolloutHeader {
  /** Platform-wide number, given by the journal. */
  readonly number: number;
  readonly environment: string;
  readonly service: string;
  /** The release that is active before; undefined for a first rollout. */
  readonly from: string | undefined;
  /** The release that shall be active after; undefined removes the service. */
  readonly to: string | undefined;
  readonly strategy: Strategy;
  /**
   * `membership`: a cluster was added to the environment, or is being retired from it. `repair`: the active release once
   * more, over what others have changed by hand.
   */
  readonly kind: "deploy" | "rollback" | "removal" | "membership" | "repair";
  readonly actor: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

export type Strategy = "rolling" | "blue-green" | "canary";

/** What a person, or another rollout, wants of one that is under way. */
export type Command =
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  /** Past the gate, hold or bake that it waits at. */
  | { readonly type: "promote" }
  /** Past the measurements of this step, or of the wave that is looked at, whatever they say. */
  | { readonly type: "skip-analysis" }
  /** Back to the former release. `supersededBy`: the rollout that takes its place. */
  | { readonly type: "abort"; readonly supersededBy?: number }
  /** Goes on without this cluster, which is drained, and brought to the decision when it is back. */
  | { readonly type: "lose"; readonly cluster: string };

/** A command as it was stored; its answer is an entry of the journal. */
export interface StoredCommand {
  /** The caller's: the same id is the same command. */
  readonly id: string;
  readonly rollout: number;
  readonly actor: string;
  /** RFC 3339. */
  readonly at: string;
  readonly command: Command;
}

/** An entry as it lies in the journal. `body` is the engine's own event, JSON. */
export interface JournalRecord<Body> {
  readonly rollout: number;
  /** 1, 2, 3, ... without gaps per rollout. */
  readonly sequence: number;
  readonly epoch: number;
  /** RFC 3339. */
  readonly at: string;
  readonly body: Body;
}

/** Two slots, so that two releases can stand side by side. */
export type Slot = "a" | "b";

export interface Active {
  readonly release: string;
  readonly slot: Slot;
}

export interface Outcome {
  readonly status: "succeeded" | "failed" | "refused";
  /** Active after this rollout; undefined when the service is gone, or never was. */
  readonly active: Active | undefined;
  /** One line for lists. */
  readonly reason: string | undefined;
  /**
   * Clusters that could not be brought to the decision before the rollout ended. While there are any the rollout stays
   * in `unfinished()` and its journal open, until `close`: the engine keeps converging them, also after a restart.
   */
  readonly converging: readonly string[];
}

export class LeaseLost extends Error {
  constructor(environment: string, service: string) {
    super(`another engine drives ${service} in ${environment}`);
    this.name = "LeaseLost";
  }
}

/** Somebody, or an earlier try whose answer was lost, already wrote behind that sequence: read again and decide anew. */
export class SequenceConflict extends Error {
  constructor(rollout: number, afterSequence: number) {
    super(`rollout ${rollout} already has an entry behind ${afterSequence}`);
    this.name = "SequenceConflict";
  }
}

/** Append-only memory of rollouts. One contract suite (`journal.contract.ts`) holds every adapter. */
export interface Journal<Body> {
  /** Stores the header and gives the number. A key that was seen before gives the rollout that it made then. */
  create(header: Omit<RolloutHeader, "number" | "createdAt">, idempotencyKey: string): Promise<RolloutHeader>;
  header(rollout: number): Promise<RolloutHeader | undefined>;
  /**
   * Appends behind `afterSequence` (0: the first entry) under `lease`. Throws `LeaseLost` when the lease is of another
   * service or environment, its epoch is no longer the newest, or it expired; `SequenceConflict` when `afterSequence`
   * is not the newest entry, or the rollout is closed.
   */
  append(rollout: number, afterSequence: number, body: Body, lease: Lease): Promise<JournalRecord<Body>>;
  read(rollout: number, afterSequence?: number): Promise<readonly JournalRecord<Body>[]>;
  /**
   * Rollouts that are not closed: without an end yet, or ended with clusters still converging. Oldest number first.
   *
   * @param of only those of a service in an environment
   */
  unfinished(of?: Pick<RolloutHeader, "environment" | "service">): Promise<readonly RolloutHeader[]>;
  /**
   * Writes the entry that ends the rollout and, in the same transaction, its outcome and what is active now; under the
   * same fence as `append`, once per rollout. Without `outcome.converging` this also closes it.
   */
  finish(
    rollout: number,
    afterSequence: number,
    body: Body,
    lease: Lease,
    outcome: Outcome,
  ): Promise<JournalRecord<Body>>;
  /** Writes the last entry of a rollout that ended with clusters still converging; what is active stays as it is. */
  close(rollout: number, afterSequence: number, body: Body, lease: Lease): Promise<JournalRecord<Body>>;
  /** What the rollout that was finished last left active. */
  active(environment: string, service: string): Promise<Active | undefined>;
  /**
   * Takes the lease when it is free, expired, or held by the same owner (a restarted process goes on at once); each
   * time with a new, larger epoch. Undefined while another owner holds it.
   */
  acquire(environment: string, service: string, owner: string, ttlMilliseconds: number): Promise<Lease | undefined>;
  /** Undefined when it was lost. */
  renew(lease: Lease, ttlMilliseconds: number): Promise<Lease | undefined>;
  /** Frees it at once; without effect when it was lost before. Epochs go on growing. */
  release(lease: Lease): Promise<void>;
  /**
   * Stores a command for whoever drives the rollout; an id that was seen before changes nothing. False when the rollout is
   * closed, and so nobody would answer it.
   */
  command(rollout: number, command: Omit<StoredCommand, "rollout" | "at">): Promise<boolean>;
  /** In the order in which they were stored. */
  commands(rollout: number): Promise<readonly StoredCommand[]>;
  /**
   * Called after every append and command of this process or another one; may be called too often, never too seldom. With the
   * sequence of an entry where it is certain that no command came unheard meanwhile.
   */
  onAppend(listener: (rollout: number, sequence?: number) => void): () => void;
}

/** A release as the engine needs it: what to apply in each cluster, slot-neutral, in apply order. */
export interface StoredRelease {
  readonly name: string;
  readonly service: string;
  readonly environment: string;
  readonly namespace: string;
  /** By cluster name. */
  readonly objects: Readonly<Record<string, readonly KubernetesObject[]>>;
  /**
   * By cluster name: the release that first had these very objects there, where that is another one. Its name is the one
   * that they carry, so that pods are not replaced for nothing.
   */
  readonly sameAs?: Readonly<Record<string, string>>;
  /** How it takes over; by default pod by pod in all clusters at once. */
  readonly deploy?: DeploySettings;
  /** Brings the database to this release; slot-neutral, its name is the engine's to make. */
  readonly migration?: { readonly cluster: string; readonly job: KubernetesObject };
}

/** How a release takes over; times in milliseconds. */
export interface DeploySettings {
  readonly strategy: Strategy;
  /** Of a canary, rising. `hold` undefined: until it is promoted. */
  readonly steps: readonly { readonly weight: number; readonly hold: number | undefined }[];
  /** Of blue-green: requests go over when the new release stands, or when it is promoted. */
  readonly switch: "at-once" | "by-hand";
  /** Clusters in the order in which they go; those that none names go last, together. */
  readonly waves: readonly (readonly string[])[];
  /** How long each wave but the last is looked at before the next one begins. */
  readonly bake: number;
  readonly analysis: readonly Measurement[];
}

/** One query of metrics and its bounds, both included. */
export interface Measurement {
  readonly query: string;
  readonly min?: number;
  readonly max?: number;
}

/** Where measurements come from. */
export interface Metrics {
  /**
   * The present value of a query for the pods of one release; undefined where there is none (no series, no requests yet,
   * not a number). Rejects when the source does not answer.
   */
  measure(
    query: string,
    of: { readonly environment: string; readonly service: string; readonly release: string; readonly slot: Slot },
    signal: AbortSignal,
  ): Promise<number | undefined>;
}

export interface Releases {
  get(name: string): Promise<StoredRelease | undefined>;
  /**
   * The releases that may be rolled back to, by names and objects; their ConfigMaps are not pruned. Without it only what the
   * active and the former release need is kept.
   */
  kept?(service: string, environment: string): Promise<readonly Pick<StoredRelease, "name" | "objects">[]>;
}

/**
 * What a service's namespace needs in one cluster and no release may hold: its pull secrets. Asked for anew whenever a
 * release is applied or restored, so that changed credentials arrive with the next rollout.
 */
export interface NamespaceSecrets {
  /** With the labels that everything of the service carries; empty: none are needed, and former ones go. */
  secretsFor(place: {
    readonly environment: string;
    readonly cluster: string;
    readonly service: string;
    readonly namespace: string;
  }): Promise<readonly Secret[]>;
}

/** Whether images are where a cluster gets them from. */
export interface Images {
  /**
   * Asks about images of one cluster; those that are there are left out. Never rejects for what a registry does.
   *
   * @param references as in the release's pods; each once
   */
  missing(
    references: readonly string[],
    place: { readonly environment: string; readonly cluster: string; readonly service: string },
    signal: AbortSignal,
  ): Promise<readonly MissingImage[]>;
}

export interface MissingImage {
  readonly reference: string;
  /** `absent`: the registry says that it has none. `unknown`: nobody could say. */
  readonly state: "absent" | "unknown";
  /** Of `unknown`; without a secret. */
  readonly reason?: string;
}

/** Where requests go. `rolling` needs nothing of it; the engine only tells which clusters may take traffic. */
export interface Traffic {
  /** A cluster that is not on the environment's decision takes no traffic at the edge until it has converged. */
  drain(environment: string, service: string, cluster: string): Promise<void>;
  restore(environment: string, service: string, cluster: string): Promise<void>;
}
