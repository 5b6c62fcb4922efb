import type { ProfileRecord, Profiles } from "@fairway/catalog";
import { type Kysely, type Selectable, sql } from "kysely";
import { storedText } from "../database/stored-json.ts";
import type { Tables } from "../database/tables.ts";

export function openProfiles(db: Kysely<Tables>): Profiles {
  return {
    async newest() {
      const row = await db.selectFrom("profiles").selectAll().orderBy("version", "desc").limit(1).executeTakeFirst();
      return row === undefined ? undefined : profileOf(row);
    },
    async get(version) {
      const row = await db.selectFrom("profiles").selectAll().where("version", "=", version).executeTakeFirst();
      return row === undefined ? undefined : profileOf(row);
    },
    async list(limit) {
      const columns = ["version", "actor", "created_at"] as const;
      const rows = await db.selectFrom("profiles").select(columns).orderBy("version", "desc").limit(limit).execute();
      return rows.map(versionOf);
    },
    async append({ text, actor, createdAt }, after) {
      // Of two that append behind the same version, the key lets one through; both look at what is the newest.
      const row = await db
        .insertInto("profiles")
        .columns(["version", "text", "actor", "created_at"])
        .expression(
          db
            .selectNoFrom([
              sql<number>`${after + 1}::integer`.as("version"),
              sql<string>`${storedText(text)}::text`.as("text"),
              sql<string>`${storedText(actor)}::text`.as("actor"),
              sql<Date>`${new Date(createdAt)}::timestamptz`.as("created_at"),
            ])
            .where(sql<boolean>`(select coalesce(max(version), 0) from profiles) = ${after}::integer`),
        )
        .onConflict((conflict) => conflict.column("version").doNothing())
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? undefined : profileOf(row);
    },
  };
}

function profileOf(row: Selectable<Tables["profiles"]>): ProfileRecord {
  return { ...versionOf(row), text: row.text };
}

function versionOf(row: Omit<Selectable<Tables["profiles"]>, "text">): Omit<ProfileRecord, "text"> {
  return { version: row.version, actor: row.actor, createdAt: row.created_at.toISOString() };
}
