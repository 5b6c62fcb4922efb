import type { Audit } from "@fairway/catalog";
import { type Kysely, sql } from "kysely";
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
    async list({ limit, before, actor, about, outcome }) {
      let query = db.selectFrom("audit").selectAll().orderBy("id", "desc").limit(limit);
      if (before !== undefined) query = query.where("id", "<", before);
      if (actor !== undefined) query = query.where("actor", "=", actor);
      if (outcome !== undefined) query = query.where("outcome", "=", outcome);
      // A target is a few words: the service, the rollout's number, the release.
      if (about !== undefined) query = query.where(sql<boolean>`${about} = any(string_to_array(target, ' '))`);
      return (await query.execute()).map((row) => ({
        ...row,
        at: row.at.toISOString(),
        detail: row.detail ?? undefined,
      }));
    },
  };
}
