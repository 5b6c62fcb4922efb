import type { Drains } from "@fairway/catalog";
import type { Kysely } from "kysely";
import type { Tables } from "../database/tables.ts";

export function openDrains(db: Kysely<Tables>): Drains {
  return {
    async add(environment, service, cluster) {
      await db
        .insertInto("drains")
        .values({ environment, service, cluster })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    async remove(environment, service, cluster) {
      await db
        .deleteFrom("drains")
        .where("environment", "=", environment)
        .where("service", "=", service)
        .where("cluster", "=", cluster)
        .execute();
    },
    list: () =>
      db.selectFrom("drains").selectAll().orderBy("environment").orderBy("service").orderBy("cluster").execute(),
  };
}
