import { sql, type Transaction } from "kysely";
import type { Tables } from "./tables.ts";

/** Any key that no other advisory lock of the database has: "fwnumber" as hexadecimal ASCII. */
const lockKey = sql.raw(String(BigInt("0x66776e756d626572")));

/**
 * The next number of a table whose newest row is never deleted. A sequence would skip up to 32 numbers whenever the database
 * was killed, and numbers of services are ports. Whoever else asks waits until the transaction ends.
 */
export async function takeNumber(
  transaction: Transaction<Tables>,
  table: "services" | "rollouts" | "fleets" | "adoptions",
): Promise<number> {
  await sql`select pg_advisory_xact_lock(${lockKey})`.execute(transaction);
  const row = await transaction
    .selectFrom(table)
    .select(({ fn }) => fn.max("number").as("newest"))
    .executeTakeFirst();
  return (row?.newest ?? 0) + 1;
}
