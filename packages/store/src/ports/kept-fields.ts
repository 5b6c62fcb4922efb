import type { KeptFields } from "@fairway/catalog";
import type { Kysely } from "kysely";
import type { Tables } from "../database/tables.ts";

export function openKeptFields(db: Kysely<Tables>): KeptFields {
  return {
    async add({ createdAt, ...kept }) {
      await db
        .insertInto("kept_fields")
        .values({ ...kept, created_at: new Date(createdAt) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    async remove(environment, service, object, field) {
      const row = await db
        .deleteFrom("kept_fields")
        .where("environment", "=", environment)
        .where("service", "=", service)
        .where("object", "=", object)
        .where("field", "=", field)
        .returning("field")
        .executeTakeFirst();
      return row !== undefined;
    },
    async list(environment, service) {
      const rows = await db
        .selectFrom("kept_fields")
        .selectAll()
        .where("environment", "=", environment)
        .where("service", "=", service)
        .orderBy("object")
        .orderBy("field")
        .execute();
      return rows.map(({ created_at, ...row }) => ({ ...row, createdAt: created_at.toISOString() }));
    },
  };
}
