import type { ServiceRecord, Services } from "@fairway/catalog";
import type { Kysely, Selectable } from "kysely";
import type { Tables } from "../database/tables.ts";
import { takeNumber } from "../database/take-number.ts";
import { byName } from "./by-name.ts";

export function openServices(db: Kysely<Tables>): Services {
  const get = async (name: string) => {
    const row = await db.selectFrom("services").selectAll().where("name", "=", name).executeTakeFirst();
    return row === undefined ? undefined : serviceOf(row);
  };
  return {
    get,
    async ensure(name) {
      const before = await get(name);
      if (before !== undefined) return before;
      const made = await db.transaction().execute(async (transaction) => {
        const number = await takeNumber(transaction, "services");
        const row = await transaction
          .insertInto("services")
          .values({ name, number })
          .onConflict((conflict) => conflict.column("name").doNothing())
          .returningAll()
          .executeTakeFirst();
        return row === undefined ? undefined : serviceOf(row);
      });
      if (made !== undefined) return made;
      const raced = await get(name);
      if (raced === undefined) throw new Error(`service ${name} was neither made nor found`);
      return raced;
    },
    async list(environment) {
      const rows = await db
        .selectFrom("services")
        .selectAll()
        .where((where) =>
          where(
            "name",
            "in",
            where
              .selectFrom("active")
              .select("service")
              .where("environment", "=", environment)
              .union(
                where
                  .selectFrom("rollouts")
                  .select("service")
                  .where("environment", "=", environment)
                  .where("closed_at", "is", null),
              ),
          ),
        )
        .orderBy("name")
        .execute();
      return rows.map(serviceOf);
    },
    async numbers(names) {
      if (names.length === 0) return byName([], String, Number);
      const rows = await db.selectFrom("services").select(["name", "number"]).where("name", "in", names).execute();
      return byName(
        rows,
        (row) => row.name,
        (row) => row.number,
      );
    },
  };
}

function serviceOf(row: Selectable<Tables["services"]>): ServiceRecord {
  return { name: row.name, number: row.number, createdAt: row.created_at.toISOString() };
}
