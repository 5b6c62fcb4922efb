import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { type ContractBody, journalContract } from "@fairway/rollout/journal.contract";
import { sql } from "kysely";
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
