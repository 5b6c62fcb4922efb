import type { Delivery, WebhookRecord, Webhooks } from "@fairway/catalog";
import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import { storedJson, storedText } from "../database/stored-json.ts";
import type { Tables } from "../database/tables.ts";

export function openWebhooks(db: Kysely<Tables>): Webhooks {
  return {
    async add({ url, events, environment, sealedSecret, actor, createdAt }) {
      const row = await db
        .insertInto("webhooks")
        .values({
          url,
          events: storedJson(events),
          environment: environment ?? null,
          sealed_secret: sealedSecret,
          actor: storedText(actor),
          created_at: new Date(createdAt),
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return webhookOf(row);
    },
    async get(id) {
      const row = await db.selectFrom("webhooks").selectAll().where("id", "=", id).executeTakeFirst();
      return row === undefined ? undefined : webhookOf(row);
    },
    async list() {
      return (await db.selectFrom("webhooks").selectAll().orderBy("id").execute()).map(webhookOf);
    },
    async remove(id) {
      return (await db.deleteFrom("webhooks").where("id", "=", id).returning("id").executeTakeFirst()) !== undefined;
    },
    async take(limit, hold, busy) {
      const due = await sql<{ webhook: number; message: string; due_at: Date }>`
        select distinct on (webhook) webhook, message, due_at from webhook_deliveries
        where status = 'waiting' and due_at <= clock_timestamp() and not webhook = any(${sql.val([...busy])}::int[])
        order by webhook, due_at, rollout, sequence limit ${limit}`.execute(db);
      const taken: Delivery[] = [];
      for (const { webhook, message } of due.rows) {
        // Whoever is second finds that it is not due any more.
        const row = await db
          .updateTable("webhook_deliveries")
          .set({ due_at: after(hold) })
          .where("webhook", "=", webhook)
          .where("message", "=", message)
          .where("status", "=", "waiting")
          .where("due_at", "<=", sql<Date>`clock_timestamp()`)
          .returningAll()
          .executeTakeFirst();
        if (row !== undefined) taken.push(deliveryOf(row));
      }
      return taken;
    },
    async tried({ webhook, message }, { delivered, answer, error, retryAfter }) {
      const status = delivered ? "delivered" : retryAfter === undefined ? "given-up" : "waiting";
      await db
        .updateTable("webhook_deliveries")
        .set((of) => ({
          status,
          attempts: of("attempts", "+", 1),
          last_at: sql<Date>`clock_timestamp()`,
          answer: answer ?? null,
          error: error === undefined ? null : storedText(error),
          ...(retryAfter === undefined ? {} : { due_at: after(retryAfter) }),
        }))
        .where("webhook", "=", webhook)
        .where("message", "=", message)
        .execute();
    },
    async setGone(id, why) {
      await db.transaction().execute(async (transaction) => {
        await transaction
          .updateTable("webhooks")
          .set({ gone_at: why === undefined ? null : sql<Date>`coalesce(gone_at, clock_timestamp())` })
          .where("id", "=", id)
          .execute();
        if (why === undefined) return;
        await transaction
          .updateTable("webhook_deliveries")
          .set({ status: "given-up", error: storedText(why) })
          .where("webhook", "=", id)
          .where("status", "=", "waiting")
          .execute();
      });
    },
    async nextDue(busy) {
      const { rows } = await sql<{ wait: number | null }>`
        select (extract(epoch from min(due_at) - clock_timestamp()) * 1000)::float8 as wait
        from webhook_deliveries
        where status = 'waiting' and not webhook = any(${sql.val([...busy])}::int[])`.execute(db);
      const wait = rows[0]?.wait ?? undefined;
      return wait === undefined ? undefined : Math.max(0, wait);
    },
    async deliveries(webhook, limit) {
      const rows = await db
        .selectFrom("webhook_deliveries")
        .selectAll()
        .where("webhook", "=", webhook)
        .orderBy("created_at", "desc")
        .orderBy("rollout", "desc")
        .orderBy("sequence", "desc")
        .limit(limit)
        .execute();
      return rows.map(deliveryOf);
    },
  };
}

/** Puts a message into the outbox of every webhook that wants it. */
export async function queueMessages(
  transaction: Transaction<Tables>,
  of: { readonly rollout: number; readonly sequence: number; readonly environment: string; readonly event: string },
): Promise<void> {
  const { rollout, sequence, environment, event } = of;
  await sql`
    insert into webhook_deliveries (webhook, message, event, rollout, sequence)
    select id, ${`${rollout}-${sequence}`}::text, ${event}::text, ${rollout}::int, ${sequence}::int from webhooks
    where events @> to_jsonb(${event}::text) and (environment is null or environment = ${environment}) and gone_at is null`.execute(
    transaction,
  );
}

function after(milliseconds: number) {
  return sql<Date>`clock_timestamp() + ${milliseconds}::float8 * interval '1 millisecond'`;
}

function webhookOf(row: Selectable<Tables["webhooks"]>): WebhookRecord {
  const { id, url, events, actor } = row;
  return {
    ...{ id, url, events, actor },
    environment: row.environment ?? undefined,
    sealedSecret: row.sealed_secret,
    createdAt: row.created_at.toISOString(),
    goneAt: row.gone_at?.toISOString(),
  };
}

function deliveryOf(row: Selectable<Tables["webhook_deliveries"]>): Delivery {
  const { webhook, message, event, rollout, sequence, status, attempts } = row;
  return {
    ...{ webhook, message, event, rollout, sequence, status, attempts },
    createdAt: row.created_at.toISOString(),
    lastAt: row.last_at?.toISOString(),
    answer: row.answer ?? undefined,
    error: row.error ?? undefined,
  };
}
