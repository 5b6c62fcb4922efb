import { type Kysely, sql } from "kysely";
import { StoreError } from "../store-error.ts";
import { migrations } from "./migrations.ts";
import type { Tables } from "./tables.ts";

/** Any number that nothing else in the database uses: the letters "fairway" as hexadecimal ASCII. */
const lockId = "0x66616972776179";
const migrationTableName = "migrations";

/**
 * Brings the tables up to date. On PostgreSQL under an advisory lock, so that two servers may start at once; the lock
 * covers Kysely's own tables too, whose creation races otherwise.
 */
export async function migrate(db: Kysely<Tables>, kind: "pglite" | "postgres"): Promise<void> {
  if (kind === "pglite") return run(db);
  await db.connection().execute(async (connection) => {
    const id = sql.raw(String(BigInt(lockId)));
    await sql`select pg_advisory_lock(${id})`.execute(connection);
    try {
      await run(db);
    } finally {
      await sql`select pg_advisory_unlock(${id})`.execute(connection);
    }
  });
}

async function run(db: Kysely<Tables>): Promise<void> {
  const done = await doneBefore(db);
  // Every start but the first and those after an upgrade: the migrator looks at all tables before it finds nothing to do.
  if (Object.keys(migrations).every((name) => done.has(name))) return;
  const { Migrator } = await import("kysely/migration");
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableName,
    migrationLockTableName: "migrations_lock",
  });
  const { error } = await migrator.migrateToLatest();
  if (error instanceof StoreError) throw error;
  if (error !== undefined) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError("migration-failed", `the database's tables could not be brought up to date: ${why}`, {
      cause: error,
    });
  }
}

/** Names of the migrations that the database has had. Throws when one of them is unknown here. */
async function doneBefore(db: Kysely<Tables>): Promise<ReadonlySet<string>> {
  const known = await sql<{ known: boolean }>`
    select to_regclass(${migrationTableName}) is not null as known`.execute(db);
  if (known.rows[0]?.known !== true) return new Set();
  const done = await sql<{ name: string }>`select name from ${sql.table(migrationTableName)}`.execute(db);
  const unknown = done.rows.map((row) => row.name).filter((name) => migrations[name] === undefined);
  if (unknown.length > 0)
    throw new StoreError(
      "too-new",
      `the database was written by a newer version of Fairway (it has ${unknown.join(", ")}); start that version`,
    );
  return new Set(done.rows.map((row) => row.name));
}
