import { after } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type ContractBody, journalContract } from "@fairway/rollout/journal.contract";
import { openStore } from "@fairway/store";
import { storeContract } from "@fairway/store/store.contract";
import { emptyTables, temporaryDatabase } from "@fairway/store/testing";

const database = await temporaryDatabase(process.env["DATABASE_URL"] ?? "");
const here = await openStore({ databaseUrl: database.url });
const there = await openStore({ databaseUrl: database.url });
after(async () => {
  await Promise.all([here.close(), there.close()]);
  await database.drop();
});

const empty = () => database.query(emptyTables);

storeContract("PostgreSQL", async () => {
  await empty();
  return here;
});

journalContract("PostgreSQL, two servers", async () => {
  await empty();
  return {
    journal: here.journal<ContractBody>(),
    other: there.journal<ContractBody>(),
    // The clock is the database's.
    elapse: (milliseconds) => pause(milliseconds),
    close: async () => {},
  };
});
