/** Two servers' stores on one PostgreSQL database of their own; they meet in the migrations first. */
import { after } from "node:test";
import { openStore } from "@fairway/store";
import { temporaryDatabase } from "@fairway/store/testing";

export const database = await temporaryDatabase(process.env["DATABASE_URL"] ?? "");
export const [left, right] = await Promise.all([
  openStore({ databaseUrl: database.url }),
  openStore({ databaseUrl: database.url }),
]);

after(async () => {
  await Promise.all([left.close(), right.close()]);
  await database.drop();
});
