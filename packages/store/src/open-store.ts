import type {
  Adoptions,
  Audit,
  Clusters,
  Drains,
  Fleets,
  KeptFields,
  Profiles,
  Registries,
  ReleaseStore,
  RolloutIndex,
  Services,
  Snapshots,
  Webhooks,
} from "@fairway/catalog";
import type { Journal } from "@fairway/rollout";
import { connectPglite } from "./database/connect-pglite.ts";
import { connectPostgres } from "./database/connect-postgres.ts";
import type { Connection } from "./database/connection.ts";
import { migrate } from "./database/migrate.ts";
import { parsePostgresAddress } from "./database/postgres-address.ts";
import { openAdoptions } from "./ports/adoptions.ts";
import { type AppendSignal, listenOnPostgres, localSignal } from "./ports/append-signal.ts";
import { openAudit } from "./ports/audit.ts";
import { openClusters } from "./ports/clusters.ts";
import { openDrains } from "./ports/drains.ts";
import { openFleets } from "./ports/fleets.ts";
import { openJournal } from "./ports/journal.ts";
import { openKeptFields } from "./ports/kept-fields.ts";
import { openProfiles } from "./ports/profiles.ts";
import { openRegistries } from "./ports/registries.ts";
import { openReleases } from "./ports/releases.ts";
import { openRolloutIndex } from "./ports/rollout-index.ts";
import { openServices } from "./ports/services.ts";
import { openSnapshots } from "./ports/snapshots.ts";
import { openWebhooks } from "./ports/webhooks.ts";

/** Where the state lives. */
export type StoreOptions =
  /** A folder for PGlite, made when missing; one process at a time. */
  | { readonly directory: string }
  /** `postgres://user:password@host:port/database`; any number of servers. */
  | { readonly databaseUrl: string };

/** The platform's memory: one adapter for each port. */
export interface Store {
  readonly database: "pglite" | "postgres";
  /**
   * Bodies come back as they were appended; `Body` is JSON, and the caller's own.
   *
   * @param eventOf what webhooks are told of an entry; nothing without it
   */
  journal<Body>(eventOf?: (body: Body) => string | undefined): Journal<Body>;
  readonly rollouts: RolloutIndex;
  readonly services: Services;
  readonly releases: ReleaseStore;
  readonly clusters: Clusters;
  readonly registries: Registries;
  readonly profiles: Profiles;
  readonly snapshots: Snapshots;
  readonly drains: Drains;
  readonly keptFields: KeptFields;
  readonly webhooks: Webhooks;
  readonly fleets: Fleets;
  /** Plans come back as they were stored; `Plan` is JSON, and the caller's own. */
  adoptions<Plan extends object>(): Adoptions<Plan>;
  readonly audit: Audit;
  /** Ends listeners and connections; safe to repeat. */
  close(): Promise<void>;
}

/** Opens the database and brings its tables up to date. Throws `StoreError`. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const opened = "directory" in options ? await openDirectory(options.directory) : await openUrl(options.databaseUrl);
  return storeOn(opened.connection, opened.signal);
}

/** The ports on a database whose tables are there; closes both with the store. */
export function storeOn(connection: Connection, signal: AppendSignal): Store {
  const { db } = connection;
  let closing: Promise<void> | undefined;
  return {
    database: connection.kind,
    journal: <Body>(eventOf?: (body: Body) => string | undefined) => openJournal<Body>(connection, signal, eventOf),
    rollouts: openRolloutIndex(db),
    services: openServices(db),
    releases: openReleases(db),
    clusters: openClusters(db),
    registries: openRegistries(db),
    profiles: openProfiles(db),
    snapshots: openSnapshots(db),
    drains: openDrains(db),
    keptFields: openKeptFields(db),
    webhooks: openWebhooks(db),
    fleets: openFleets(db),
    adoptions: <Plan extends object>() => openAdoptions<Plan>(db),
    audit: openAudit(db),
    close: () => {
      closing ??= signal.close().then(() => connection.close());
      return closing;
    },
  };
}

interface Opened {
  readonly connection: Connection;
  readonly signal: AppendSignal;
}

async function openDirectory(directory: string): Promise<Opened> {
  const connection = await connectPglite(directory);
  return migrated(connection, async () => localSignal());
}

async function openUrl(databaseUrl: string): Promise<Opened> {
  const address = parsePostgresAddress(databaseUrl);
  const connection = await connectPostgres(address);
  return migrated(connection, () => listenOnPostgres(address, connection.db));
}

async function migrated(connection: Connection, openSignal: () => Promise<AppendSignal>): Promise<Opened> {
  try {
    await migrate(connection.db, connection.kind);
    return { connection, signal: await openSignal() };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
