import type { AdoptionState } from "@fairway/catalog";
import type { ColumnType, Generated, JSONColumnType } from "kysely";

/** The tables as they are after the last migration; Kysely checks every query against them. */
export interface Tables {
  services: { name: string; number: number; created_at: Generated<Date> };
  releases: {
    name: string;
    service: string;
    environment: string;
    namespace: string;
    snapshot: string | null;
    profile: JSONColumnType<object>;
    inputs: JSONColumnType<object>;
    objects: JSONColumnType<object>;
    source: ColumnType<object | null, string | null, string>;
    /** Release that first had the same objects, by cluster; null for releases of versions that did not compare them. */
    same_as: ColumnType<object | null, string | null, string>;
    /** `{ cluster, job }`; null: it has none. */
    migration: ColumnType<object | null, string | null, string>;
    /** As in the catalog's port. */
    commit: ColumnType<object | null, string | null, string>;
    profile_version: string | null;
    created_at: Date;
    /** When it was last asked for: what was asked for again is kept as if it were new. */
    stored_at: Generated<Date>;
    actor: string;
    available: boolean;
  };
  rollouts: {
    number: number;
    environment: string;
    service: string;
    from: string | null;
    to: string | null;
    strategy: "rolling" | "blue-green" | "canary";
    kind: "deploy" | "rollback" | "removal" | "membership" | "repair";
    actor: string;
    created_at: Generated<Date>;
    idempotency_key: string;
    status: Generated<"unfinished" | "succeeded" | "failed" | "refused">;
    reason: string | null;
    /** Names of clusters that were not on the decision when it ended. */
    converging: ColumnType<readonly string[], string | undefined, string>;
    ended_at: ColumnType<Date | null, never, Date>;
    closed_at: ColumnType<Date | null, never, Date | null>;
  };
  rollout_entries: {
    rollout: number;
    sequence: number;
    epoch: number;
    at: Generated<Date>;
    body: JSONColumnType<object>;
  };
  rollout_commands: {
    /** In the order in which they were stored. */
    number: Generated<number>;
    rollout: number;
    /** The caller's. */
    id: string;
    actor: string;
    at: Generated<Date>;
    command: JSONColumnType<object>;
  };
  leases: { environment: string; service: string; owner: string; epoch: number; expires_at: Date };
  active: { environment: string; service: string; release: string; slot: "a" | "b" };
  clusters: {
    name: string;
    environment: string;
    embedded: boolean;
    kubeconfig: string;
    context: string | null;
    address_template: string;
    gateway: string | null;
    /** Both or none. */
    lost_by: string | null;
    lost_at: Date | null;
    /** Both or none. */
    retiring_by: string | null;
    retiring_at: Date | null;
    created_at: Date;
  };
  registries: {
    name: string;
    environment: string;
    prefix: string;
    plain_http: boolean;
    docker_config: boolean;
    pull_docker_config: boolean;
    certificate_authority: boolean;
    bases: JSONColumnType<object>;
    created_at: Date;
  };
  profiles: { version: number; text: string; actor: string; created_at: Date };
  snapshots: {
    digest: string;
    files: number;
    /** The drivers read `bigint` differently. */
    bytes: ColumnType<string | number | bigint, number>;
    created_at: Date;
  };
  kept_fields: {
    environment: string;
    service: string;
    /** As the release names it, without a slot: `Deployment/user`. */
    object: string;
    field: string;
    actor: string;
    created_at: Date;
  };
  webhooks: {
    id: Generated<number>;
    url: string;
    events: ColumnType<readonly string[], string, never>;
    environment: string | null;
    sealed_secret: string;
    actor: string;
    created_at: Date;
    gone_at: ColumnType<Date | null, never, Date | null>;
  };
  webhook_deliveries: {
    webhook: number;
    message: string;
    event: string;
    rollout: number;
    sequence: number;
    status: Generated<"waiting" | "delivered" | "given-up">;
    attempts: Generated<number>;
    created_at: Generated<Date>;
    due_at: Generated<Date>;
    last_at: ColumnType<Date | null, never, Date>;
    answer: ColumnType<number | null, never, number | null>;
    error: ColumnType<string | null, never, string | null>;
  };
  fleets: {
    number: number;
    environment: string;
    kind: "profile" | "cluster-added" | "cluster-removed";
    cluster: string | null;
    parallel: number;
    stop_after: number;
    forgiven: Generated<number>;
    status: Generated<"running" | "paused" | "halted" | "done" | "stopped">;
    reason: string | null;
    actor: string;
    created_at: Generated<Date>;
    ended_at: ColumnType<Date | null, never, Date>;
  };
  fleet_services: {
    fleet: number;
    service: string;
    /** From 0. */
    position: number;
    /** `begun`: its rollout says the rest. */
    state: Generated<"waiting" | "begun" | "refused" | "unchanged" | "gone">;
    rollout: number | null;
    reason: string | null;
  };
  adoptions: {
    number: number;
    environment: string;
    service: string;
    release: string;
    plan: JSONColumnType<object>;
    state: AdoptionState;
    turn: Generated<number>;
    reason: string | null;
    actor: string;
    created_at: Generated<Date>;
    changed_at: ColumnType<Date, never, Date>;
    ended_at: ColumnType<Date | null, never, Date>;
  };
  drains: { environment: string; service: string; cluster: string };
  audit: {
    id: Generated<number>;
    at: Date;
    actor: string;
    permission: string;
    command: string;
    target: string;
    outcome: "accepted" | "refused";
    detail: string | null;
  };
}
