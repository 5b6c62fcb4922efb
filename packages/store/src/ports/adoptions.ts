import type { AdoptionRecord, AdoptionState, Adoptions } from "@fairway/catalog";
import { type Kysely, type Selectable, sql } from "kysely";
import { storedJson, storedText } from "../database/stored-json.ts";
import type { Tables } from "../database/tables.ts";
import { takeNumber } from "../database/take-number.ts";

const now = sql<Date>`clock_timestamp()`;
const ends: ReadonlySet<AdoptionState> = new Set<AdoptionState>(["confirmed", "undone", "failed"]);

export function openAdoptions<Plan extends object>(db: Kysely<Tables>): Adoptions<Plan> {
  const all = () => db.selectFrom("adoptions").selectAll();
  return {
    async start({ environment, service, release, plan, state, actor }) {
      return db.transaction().execute(async (transaction) => {
        const number = await takeNumber(transaction, "adoptions");
        const row = await transaction
          .insertInto("adoptions")
          .values({ number, environment, service, release, plan: storedJson(plan), state, actor })
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .executeTakeFirst();
        return row === undefined ? undefined : recordOf<Plan>(row);
      });
    },
    async get(number) {
      const row = await all().where("number", "=", number).executeTakeFirst();
      return row === undefined ? undefined : recordOf<Plan>(row);
    },
    async list({ environment, service, limit }) {
      let query = all().orderBy("number", "desc").limit(limit);
      if (environment !== undefined) query = query.where("environment", "=", environment);
      if (service !== undefined) query = query.where("service", "=", service);
      return (await query.execute()).map((row) => recordOf<Plan>(row));
    },
    async open() {
      const rows = await all().where("ended_at", "is", null).orderBy("number").execute();
      return rows.map((row) => recordOf<Plan>(row));
    },
    async become(number, turn, { state, reason }) {
      const row = await db
        .updateTable("adoptions")
        .set({ state, reason: reason === undefined ? null : storedText(reason), turn: turn + 1, changed_at: now })
        .$if(ends.has(state), (query) => query.set({ ended_at: now }))
        .where("number", "=", number)
        .where("turn", "=", turn)
        .where("ended_at", "is", null)
        .returning("number")
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

function recordOf<Plan>(row: Selectable<Tables["adoptions"]>): AdoptionRecord<Plan> {
  const { number, environment, service, release, plan, state, turn, reason, actor } = row;
  return {
    ...{ number, environment, service, release, state, turn, actor },
    // Only `start` writes the column.
    plan: plan as Plan,
    reason: reason ?? undefined,
    createdAt: row.created_at.toISOString(),
    changedAt: row.changed_at.toISOString(),
    endedAt: row.ended_at?.toISOString(),
  };
}
