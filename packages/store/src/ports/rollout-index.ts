import type { RolloutIndex, RolloutListing } from "@fairway/catalog";
import type { Kysely, Selectable } from "kysely";
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
