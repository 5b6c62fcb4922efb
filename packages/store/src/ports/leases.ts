import type { Journal, Lease } from "@fairway/rollout";
import { type Kysely, type Selectable, sql } from "kysely";
import type { Tables } from "../database/tables.ts";

type Leases = Pick<Journal<unknown>, "acquire" | "renew" | "release">;

/**
 * One row for each service and environment, kept for ever: its epoch only grows. Each call is one statement; a row lock
 * puts racing ones in order, and PostgreSQL looks at the condition again after the wait.
 */
export function openLeases(db: Kysely<Tables>): Leases {
  return {
    async acquire(environment, service, owner, ttlMilliseconds) {
      const expires_at = expiry(ttlMilliseconds);
      const row = await db
        .insertInto("leases")
        .values({ environment, service, owner, epoch: 1, expires_at })
        .onConflict((conflict) =>
          conflict
            .columns(["environment", "service"])
            .doUpdateSet({ owner, epoch: sql<number>`leases.epoch + 1`, expires_at })
            .where((where) =>
              where.or([
                where("leases.expires_at", "<=", sql<Date>`clock_timestamp()`),
                where("leases.owner", "=", owner),
              ]),
            ),
        )
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? undefined : leaseOf(row);
    },
    async renew(lease, ttlMilliseconds) {
      const row = await db
        .updateTable("leases")
        .set({ expires_at: expiry(ttlMilliseconds) })
        .where("environment", "=", lease.environment)
        .where("service", "=", lease.service)
        .where("owner", "=", lease.owner)
        .where("epoch", "=", lease.epoch)
        .where("expires_at", ">", sql<Date>`clock_timestamp()`)
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? undefined : leaseOf(row);
    },
    async release(lease) {
      await db
        .updateTable("leases")
        .set({ expires_at: sql<Date>`'-infinity'::timestamptz` })
        .where("environment", "=", lease.environment)
        .where("service", "=", lease.service)
        .where("owner", "=", lease.owner)
        .where("epoch", "=", lease.epoch)
        .execute();
    },
  };
}

function expiry(ttlMilliseconds: number) {
  return sql<Date>`clock_timestamp() + make_interval(secs => ${ttlMilliseconds / 1000})`;
}

function leaseOf(row: Selectable<Tables["leases"]>): Lease {
  return {
    environment: row.environment,
    service: row.service,
    owner: row.owner,
    epoch: row.epoch,
    expiresAt: row.expires_at.getTime(),
  };
}
