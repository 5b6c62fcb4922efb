import type { Audit } from "@fairway/catalog";
import type { Kysely } from "kysely";
import { storedText } from "../database/stored-json.ts";
import type { Tables } from "../database/tables.ts";

export function openAudit(db: Kysely<Tables>): Audit {
  return {
    async append({ at, actor, permission, command, target, outcome, detail }) {
      await db
        .insertInto("audit")
        .values({
          at: new Date(at),
          actor: storedText(actor),
          permission,
          command,
          target: storedText(target),
          outcome,
          detail: detail === undefined ? null : storedText(detail),
        })
        .execute();
    },
    async list(limit) {
      const rows = await db.selectFrom("audit").selectAll().orderBy("id", "desc").limit(limit).execute();
      return rows.map(({ id: _id, ...row }) => ({
        ...row,
        at: row.at.toISOString(),
        detail: row.detail ?? undefined,
      }));
    },
  };
}
