import type { Snapshots } from "@fairway/catalog";
import type { Kysely } from "kysely";
import type { Tables } from "../database/tables.ts";

export function openSnapshots(db: Kysely<Tables>): Snapshots {
  return {
    async put({ digest, files, bytes, createdAt }) {
      await db
        .insertInto("snapshots")
        .values({ digest, files, bytes, created_at: new Date(createdAt) })
        .onConflict((conflict) => conflict.column("digest").doNothing())
        .execute();
    },
    async get(digest) {
      const row = await db.selectFrom("snapshots").selectAll().where("digest", "=", digest).executeTakeFirst();
      if (row === undefined) return undefined;
      return {
        digest: row.digest,
        files: row.files,
        bytes: Number(row.bytes),
        createdAt: row.created_at.toISOString(),
      };
    },
    async remove(digest) {
      await db.deleteFrom("snapshots").where("digest", "=", digest).execute();
    },
  };
}
