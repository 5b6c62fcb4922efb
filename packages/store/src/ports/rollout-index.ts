import type { RolloutIndex, RolloutListing } from "@fairway/catalog";
import { type Kysely, type Selectable, sql } from "kysely";
import type { Tables } from "../database/tables.ts";
import { byName } from "./by-name.ts";
import { headerOf } from "./journal.ts";

/** Reads what the journal wrote. */
export function openRolloutIndex(db: Kysely<Tables>): RolloutIndex {
  return {
    async list({ environment, service, limit }) {
      let query = db.selectFrom("rollouts").selectAll().orderBy("number", "desc").limit(limit);
      if (environment !== undefined) query = query.where("environment", "=", environment);
      if (service !== undefined) query = query.where("service", "=", service);
      return (await query.execute()).map(listingOf);
    },
    async trim(keep, age) {
      const tooOld =
        age === undefined ? sql`false` : sql`ended_at < clock_timestamp() - ${age}::float8 * interval '1 millisecond'`;
      return db.transaction().execute(async (transaction) => {
        const { rows } = await sql<{ number: number }>`
          select number from (
            select number, ended_at, row_number() over (partition by environment, service order by number desc) as place
            from rollouts
          ) as newest
          where (place > ${keep} or ${tooOld})
            and number in (select number from rollouts where closed_at is not null)
            and number not in (
              select number from (
                select distinct on (environment, service) number from rollouts
                where status = 'succeeded' and "from" is distinct from "to"
                order by environment, service, number desc
              ) as newest_change
            )
            and number not in (select rollout from webhook_deliveries where status = 'waiting')`.execute(transaction);
        const old = rows.map(({ number }) => number);
        if (old.length === 0) return 0;
        await transaction.deleteFrom("rollout_entries").where("rollout", "in", old).execute();
        await transaction.deleteFrom("rollout_commands").where("rollout", "in", old).execute();
        await transaction.deleteFrom("rollouts").where("number", "in", old).execute();
        return old.length;
      });
    },
    async byKey(key) {
      const row = await db.selectFrom("rollouts").selectAll().where("idempotency_key", "=", key).executeTakeFirst();
      return row === undefined ? undefined : listingOf(row);
    },
    async latest(environment) {
      const rows = await db
        .selectFrom("rollouts")
        .distinctOn("service")
        .selectAll()
        .where("environment", "=", environment)
        .orderBy("service")
        .orderBy("number", "desc")
        .execute();
      return byName(rows, (row) => row.service, listingOf);
    },
  };
}

function listingOf(row: Selectable<Tables["rollouts"]>): RolloutListing {
  return {
    ...headerOf(row),
    status: row.status,
    reason: row.reason ?? undefined,
    endedAt: row.ended_at?.toISOString(),
    converging: row.closed_at === null ? row.converging : [],
  };
}
