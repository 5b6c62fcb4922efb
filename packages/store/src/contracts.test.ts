import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type ContractBody, journalContract } from "@fairway/rollout/journal.contract";
import { sql } from "kysely";
import { release, roll } from "./contract/records.ts";
import { connectPglite } from "./database/connect-pglite.ts";
import { migrate } from "./database/migrate.ts";
import { storeOn } from "./open-store.ts";
import { localSignal } from "./ports/append-signal.ts";
import { openJournal } from "./ports/journal.ts";
import { storeContract } from "./store.contract.ts";
import { emptyTables } from "./testing/empty-tables.ts";

// One database for all cases: its first start takes seconds.
const home = await mkdtemp(join(tmpdir(), "fairway-contracts-"));
const connection = await connectPglite(join(home, "database"));
const { db } = connection;
await migrate(db, connection.kind);
after(async () => {
  await connection.close();
  await rm(home, { recursive: true });
});

const empty = () => sql.raw(emptyTables).execute(db);

storeContract("PGlite", async () => {
  await empty();
  return storeOn(connection, localSignal());
});

journalContract("PGlite", async () => {
  await empty();
  // One connection, one process: "another process" is another journal on the same database and signal.
  const signal = localSignal();
  return {
    journal: openJournal<ContractBody>(connection, signal),
    other: openJournal<ContractBody>(connection, signal),
    // The leases' clock is the database's: moving every end back is what time passing looks like to it.
    elapse: async (milliseconds) => {
      await sql`update leases set expires_at = expires_at - make_interval(secs => ${milliseconds / 1000})`.execute(db);
    },
    close: () => signal.close(),
  };
});

test("rows of releases that one transaction wrote, as a restored backup does, are told apart", async () => {
  await empty();
  const store = storeOn(connection, localSignal());
  await store.services.ensure("user");
  for (const name of ["u1", "u2"]) await store.releases.put(release(name));
  await sql`update releases set available = true`.execute(db);
  await roll(store, "user", undefined, "u1");
  const first = await store.releases.active("prod");
  await roll(store, "user", "u1", "u2");
  assert.equal((await store.releases.active("prod", first))["user"]?.name, "u2");
});
