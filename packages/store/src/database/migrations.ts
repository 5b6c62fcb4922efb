import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * Every change of the tables, in order, by number. One that was released is never edited: a later one corrects it.
 * Plain SQL, because it is what a person with `psql` compares against.
 */
export const migrations: Record<string, Migration> = {
  "0001-spine": {
    up: (db) =>
      inOrder(db, [
        `create table services (
          name text primary key,
          number integer unique,
          created_at timestamptz not null default now()
        )`,
        `create table releases (
          name text primary key,
          service text not null references services (name),
          environment text not null,
          namespace text not null,
          snapshot text not null,
          profile jsonb not null,
          inputs jsonb not null,
          objects jsonb not null,
          created_at timestamptz not null,
          stored_at timestamptz not null default clock_timestamp(),
          actor text not null,
          available boolean not null
        )`,
        `create index releases_newest on releases (environment, service, created_at desc)`,
        `create index releases_snapshot on releases (snapshot)`,
        `create table rollouts (
          number integer primary key,
          environment text not null,
          service text not null,
          "from" text,
          "to" text,
          strategy text not null check (strategy in ('rolling', 'blue-green', 'canary')),
          kind text not null check (kind in ('deploy', 'rollback', 'removal')),
          actor text not null,
          created_at timestamptz not null default clock_timestamp(),
          idempotency_key text not null unique,
          status text not null default 'unfinished' check (status in ('unfinished', 'succeeded', 'failed', 'refused')),
          reason text,
          converging jsonb not null default '[]',
          ended_at timestamptz,
          closed_at timestamptz,
          check ((status = 'unfinished') = (ended_at is null)),
          check (closed_at >= ended_at)
        )`,
        `create index rollouts_newest on rollouts (environment, service, number desc)`,
        `create index rollouts_unfinished on rollouts (number) where closed_at is null`,
        `create table rollout_entries (
          rollout integer not null references rollouts (number),
          sequence integer not null check (sequence > 0),
          epoch integer not null,
          at timestamptz not null default clock_timestamp(),
          body jsonb not null,
          primary key (rollout, sequence)
        )`,
        `create table leases (
          environment text not null,
          service text not null,
          owner text not null,
          epoch integer not null check (epoch > 0),
          expires_at timestamptz not null,
          primary key (environment, service)
        )`,
        `create table active (
          environment text not null,
          service text not null,
          release text not null,
          slot text not null check (slot in ('a', 'b')),
          primary key (environment, service)
        )`,
        `create table clusters (
          name text primary key,
          environment text not null,
          embedded boolean not null,
          kubeconfig text not null,
          context text,
          address_template text not null,
          gateway text,
          created_at timestamptz not null
        )`,
        `create table snapshots (
          digest text primary key,
          files integer not null,
          bytes bigint not null,
          created_at timestamptz not null
        )`,
        `create table drains (
          environment text not null,
          service text not null,
          cluster text not null,
          primary key (environment, service, cluster)
        )`,
        `create table audit (
          id integer generated always as identity primary key,
          at timestamptz not null,
          actor text not null,
          permission text not null,
          command text not null,
          target text not null,
          outcome text not null check (outcome in ('accepted', 'refused')),
          detail text
        )`,
      ]),
  },
  "0002-registries": {
    up: (db) =>
      inOrder(db, [
        `create table registries (
          name text primary key,
          environment text not null unique,
          prefix text not null,
          plain_http boolean not null,
          docker_config boolean not null,
          pull_docker_config boolean not null,
          certificate_authority boolean not null,
          bases jsonb not null,
          created_at timestamptz not null
        )`,
        // A release of a ready image has no snapshot.
        `alter table releases alter column snapshot drop not null`,
      ]),
  },
  "0003-release-sources": {
    up: (db) =>
      inOrder(db, [
        // Unknown for releases that were made before.
        `alter table releases add column source jsonb, add column profile_version text`,
      ]),
  },
  "0004-profiles": {
    up: (db) =>
      inOrder(db, [
        `create table profiles (
          version integer primary key check (version > 0),
          text text not null,
          actor text not null,
          created_at timestamptz not null
        )`,
      ]),
  },
  "0005-strategies": {
    up: (db) =>
      inOrder(db, [
        `create table rollout_commands (
          number integer generated always as identity primary key,
          rollout integer not null references rollouts (number),
          id text not null,
          actor text not null,
          at timestamptz not null default clock_timestamp(),
          command jsonb not null,
          unique (rollout, id)
        )`,
        `alter table rollouts drop constraint rollouts_kind_check`,
        `alter table rollouts add constraint rollouts_kind_check
          check (kind in ('deploy', 'rollback', 'removal', 'membership'))`,
        `alter table releases add column same_as jsonb, add column migration jsonb`,
      ]),
  },
  "0006-drift": {
    up: (db) =>
      inOrder(db, [
        `create table kept_fields (
          environment text not null,
          service text not null,
          object text not null,
          field text not null,
          actor text not null,
          created_at timestamptz not null,
          primary key (environment, service, object, field)
        )`,
        `alter table rollouts drop constraint rollouts_kind_check`,
        `alter table rollouts add constraint rollouts_kind_check
          check (kind in ('deploy', 'rollback', 'removal', 'membership', 'repair'))`,
      ]),
  },
  "0007-lost-clusters": {
    up: (db) => inOrder(db, [`alter table clusters add column lost_by text, add column lost_at timestamptz`]),
  },
  "0008-webhooks": {
    up: (db) =>
      inOrder(db, [
        `create table webhooks (
          id integer generated always as identity primary key,
          url text not null,
          events jsonb not null,
          environment text,
          sealed_secret text not null,
          actor text not null,
          created_at timestamptz not null
        )`,
        `create table webhook_deliveries (
          webhook integer not null references webhooks (id) on delete cascade,
          message text not null,
          event text not null,
          rollout integer not null references rollouts (number) on delete cascade,
          sequence integer not null,
          status text not null default 'waiting' check (status in ('waiting', 'delivered', 'given-up')),
          attempts integer not null default 0,
          created_at timestamptz not null default clock_timestamp(),
          due_at timestamptz not null default clock_timestamp(),
          last_at timestamptz,
          answer integer,
          error text,
          primary key (webhook, message)
        )`,
        `create index webhook_deliveries_due on webhook_deliveries (due_at) where status = 'waiting'`,
        `create index webhook_deliveries_rollout on webhook_deliveries (rollout)`,
      ]),
  },
  "0009-fleets": {
    up: (db) =>
      inOrder(db, [
        `create table fleets (
          number integer primary key check (number > 0),
          environment text not null,
          kind text not null check (kind in ('profile', 'cluster-added', 'cluster-removed')),
          cluster text,
          parallel integer not null check (parallel > 0),
          stop_after integer not null check (stop_after > 0),
          forgiven integer not null default 0,
          status text not null default 'running' check (status in ('running', 'paused', 'halted', 'done', 'stopped')),
          reason text,
          actor text not null,
          created_at timestamptz not null default clock_timestamp(),
          ended_at timestamptz,
          check ((status in ('done', 'stopped')) = (ended_at is not null))
        )`,
        // One at a time in an environment.
        `create unique index fleets_unfinished on fleets (environment) where ended_at is null`,
        `create table fleet_services (
          fleet integer not null references fleets (number),
          service text not null,
          position integer not null,
          state text not null default 'waiting' check (state in ('waiting', 'begun', 'refused', 'unchanged', 'gone')),
          rollout integer references rollouts (number) on delete set null,
          reason text,
          primary key (fleet, service)
        )`,
      ]),
  },
  "0010-commits": {
    up: (db) => inOrder(db, [`alter table releases add column commit jsonb`]),
  },
  "0011-adoptions": {
    up: (db) =>
      inOrder(db, [
        `create table adoptions (
          number integer primary key check (number > 0),
          environment text not null,
          service text not null,
          release text not null,
          plan jsonb not null,
          state text not null,
          turn integer not null default 1,
          reason text,
          actor text not null,
          created_at timestamptz not null default clock_timestamp(),
          changed_at timestamptz not null default clock_timestamp(),
          ended_at timestamptz,
          check ((state in ('confirmed', 'undone', 'failed')) = (ended_at is not null))
        )`,
        // One at a time of a service.
        `create unique index adoptions_open on adoptions (environment, service) where ended_at is null`,
      ]),
  },
  "0012-retiring-clusters": {
    up: (db) => inOrder(db, [`alter table clusters add column retiring_by text, add column retiring_at timestamptz`]),
  },
  "0013-gone-webhooks": {
    up: (db) => inOrder(db, [`alter table webhooks add column gone_at timestamptz`]),
  },
};

async function inOrder(db: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
