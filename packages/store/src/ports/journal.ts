import {
  type Active,
  type Command,
  type Journal,
  type JournalRecord,
  type Lease,
  LeaseLost,
  type RolloutHeader,
  SequenceConflict,
  type StoredCommand,
} from "@fairway/rollout";
import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import type { Connection } from "../database/connection.ts";
import { storedJson, storedText } from "../database/stored-json.ts";
import type { Tables } from "../database/tables.ts";
import { takeNumber } from "../database/take-number.ts";
import type { AppendSignal } from "./append-signal.ts";
import { openLeases } from "./leases.ts";
import { queueMessages } from "./webhooks.ts";

/** The database's clock, which is the one that all servers share. */
const now = sql<Date>`clock_timestamp()`;

/**
 * The journal of rollouts. A write holds its service's lease row, so nobody can take the lease between check and commit.
 *
 * @param eventOf what webhooks are told of an entry: their messages are written with it, or neither is
 */
export function openJournal<Body>(
  { db, kind }: Pick<Connection, "db" | "kind">,
  signal: AppendSignal,
  eventOf: (body: Body) => string | undefined = () => undefined,
): Journal<Body> {
  const write = async (
    rollout: number,
    afterSequence: number,
    body: Body,
    lease: Lease,
    afterwards?: (transaction: Transaction<Tables>) => Promise<void>,
  ): Promise<JournalRecord<Body>> => {
    const row = await db.transaction().execute(async (transaction) => {
      await holdLease(transaction, lease);
      await checkPosition(transaction, rollout, afterSequence, lease);
      const appended = await transaction
        .insertInto("rollout_entries")
        .values({ rollout, sequence: afterSequence + 1, epoch: lease.epoch, body: storedJson(body) })
        .returningAll()
        .executeTakeFirstOrThrow();
      await afterwards?.(transaction);
      const event = eventOf(body);
      const { environment } = lease;
      if (event !== undefined)
        await queueMessages(transaction, { rollout, sequence: appended.sequence, environment, event });
      await signal.announce(transaction, rollout);
      return appended;
    });
    signal.emit(rollout, row.sequence);
    return recordOf<Body>(row);
  };

  return {
    ...openLeases({ db, kind }),
    async create(header, idempotencyKey) {
      const { environment, service, from, to, strategy, kind, actor } = header;
      const before = await byKey(db, idempotencyKey);
      if (before !== undefined) return before;
      const row = await db.transaction().execute(async (transaction) =>
        transaction
          .insertInto("rollouts")
          .values({
            number: await takeNumber(transaction, "rollouts"),
            environment,
            service,
            from: from ?? null,
            to: to ?? null,
            strategy,
            kind,
            actor,
            idempotency_key: idempotencyKey,
          })
          .onConflict((conflict) => conflict.column("idempotency_key").doNothing())
          .returningAll()
          .executeTakeFirst(),
      );
      if (row !== undefined) return headerOf(row);
      const raced = await byKey(db, idempotencyKey);
      if (raced === undefined) throw new Error(`rollout with key ${idempotencyKey} was neither made nor found`);
      return raced;
    },
    async header(rollout) {
      const row = await db.selectFrom("rollouts").selectAll().where("number", "=", rollout).executeTakeFirst();
      return row === undefined ? undefined : headerOf(row);
    },
    append: (rollout, afterSequence, body, lease) => write(rollout, afterSequence, body, lease),
    async read(rollout, afterSequence = 0) {
      const rows = await db
        .selectFrom("rollout_entries")
        .selectAll()
        .where("rollout", "=", rollout)
        .where("sequence", ">", afterSequence)
        .orderBy("sequence")
        .execute();
      return rows.map((row) => recordOf<Body>(row));
    },
    async unfinished(of) {
      let query = db.selectFrom("rollouts").selectAll().where("closed_at", "is", null).orderBy("number");
      if (of !== undefined) query = query.where("environment", "=", of.environment).where("service", "=", of.service);
      return (await query.execute()).map(headerOf);
    },
    finish: (rollout, afterSequence, body, lease, outcome) =>
      write(rollout, afterSequence, body, lease, async (transaction) => {
        const ended = await transaction
          .updateTable("rollouts")
          .set({
            status: outcome.status,
            reason: outcome.reason === undefined ? null : storedText(outcome.reason),
            converging: storedJson(outcome.converging),
            ended_at: now,
            closed_at: outcome.converging.length === 0 ? now : null,
          })
          .where("number", "=", rollout)
          .where("ended_at", "is", null)
          .returning("number")
          .executeTakeFirst();
        if (ended === undefined) throw new SequenceConflict(rollout, afterSequence);
        await setActive(transaction, lease.environment, lease.service, outcome.active);
      }),
    close: (rollout, afterSequence, body, lease) =>
      write(rollout, afterSequence, body, lease, async (transaction) => {
        const closed = await transaction
          .updateTable("rollouts")
          .set({ closed_at: now })
          .where("number", "=", rollout)
          .where("ended_at", "is not", null)
          .returning("number")
          .executeTakeFirst();
        if (closed === undefined) throw new SequenceConflict(rollout, afterSequence);
      }),
    async command(rollout, { id, actor, command }) {
      const stored = await db.transaction().execute(async (transaction) => {
        // Held against `finish`, so that a command is stored only where somebody will still read it.
        const row = await transaction
          .selectFrom("rollouts")
          .select("closed_at")
          .where("number", "=", rollout)
          .forShare()
          .executeTakeFirst();
        if (row === undefined) throw new Error(`there is no rollout ${rollout}`);
        const known = await transaction
          .selectFrom("rollout_commands")
          .select("id")
          .where("rollout", "=", rollout)
          .where("id", "=", id)
          .executeTakeFirst();
        if (known !== undefined || row.closed_at !== null) return known !== undefined;
        await transaction
          .insertInto("rollout_commands")
          .values({ rollout, id, actor, command: storedJson(command) })
          .onConflict((conflict) => conflict.columns(["rollout", "id"]).doNothing())
          .execute();
        await signal.announce(transaction, rollout);
        return true;
      });
      if (stored) signal.emit(rollout);
      return stored;
    },
    async commands(rollout) {
      const rows = await db
        .selectFrom("rollout_commands")
        .selectAll()
        .where("rollout", "=", rollout)
        .orderBy("number")
        .execute();
      return rows.map(
        ({ id, actor, at, command }): StoredCommand => ({
          id,
          rollout,
          actor,
          at: at.toISOString(),
          // Only `command` of this very journal writes the column.
          command: command as Command,
        }),
      );
    },
    active: (environment, service) =>
      db
        .selectFrom("active")
        .select(["release", "slot"])
        .where("environment", "=", environment)
        .where("service", "=", service)
        .executeTakeFirst(),
    onAppend: (listener) => signal.listen(listener),
  };
}

/** Locks the lease's row until the transaction ends. The database's clock decides, not this machine's. */
async function holdLease(transaction: Transaction<Tables>, lease: Lease): Promise<void> {
  const row = await transaction
    .selectFrom("leases")
    .select(["owner", "epoch", sql<boolean>`expires_at > clock_timestamp()`.as("valid")])
    .where("environment", "=", lease.environment)
    .where("service", "=", lease.service)
    .forUpdate()
    .executeTakeFirst();
  if (row?.valid !== true || row.epoch !== lease.epoch || row.owner !== lease.owner)
    throw new LeaseLost(lease.environment, lease.service);
}

async function checkPosition(
  transaction: Transaction<Tables>,
  rollout: number,
  afterSequence: number,
  lease: Lease,
): Promise<void> {
  const row = await transaction
    .selectFrom("rollouts")
    .select((of) => [
      "environment",
      "service",
      "closed_at",
      of
        .selectFrom("rollout_entries")
        .select((entries) => entries.fn.coalesce(entries.fn.max("sequence"), sql<number>`0`).as("newest"))
        .where("rollout", "=", rollout)
        .as("newest"),
    ])
    .where("number", "=", rollout)
    .executeTakeFirst();
  if (row === undefined) throw new Error(`there is no rollout ${rollout}`);
  if (row.environment !== lease.environment || row.service !== lease.service)
    throw new LeaseLost(row.environment, row.service);
  if (row.closed_at !== null || row.newest !== afterSequence) throw new SequenceConflict(rollout, afterSequence);
}

async function setActive(
  transaction: Transaction<Tables>,
  environment: string,
  service: string,
  active: Active | undefined,
): Promise<void> {
  if (active === undefined) {
    await transaction
      .deleteFrom("active")
      .where("environment", "=", environment)
      .where("service", "=", service)
      .execute();
    return;
  }
  const { release, slot } = active;
  await transaction
    .insertInto("active")
    .values({ environment, service, release, slot })
    .onConflict((conflict) => conflict.columns(["environment", "service"]).doUpdateSet({ release, slot }))
    .execute();
}

async function byKey(db: Kysely<Tables>, idempotencyKey: string): Promise<RolloutHeader | undefined> {
  const row = await db
    .selectFrom("rollouts")
    .selectAll()
    .where("idempotency_key", "=", idempotencyKey)
    .executeTakeFirst();
  return row === undefined ? undefined : headerOf(row);
}

/** What was asked for, from its row. */
export function headerOf(row: Selectable<Tables["rollouts"]>): RolloutHeader {
  return {
    number: row.number,
    environment: row.environment,
    service: row.service,
    from: row.from ?? undefined,
    to: row.to ?? undefined,
    strategy: row.strategy,
    kind: row.kind,
    actor: row.actor,
    createdAt: row.created_at.toISOString(),
  };
}

function recordOf<Body>(row: Selectable<Tables["rollout_entries"]>): JournalRecord<Body> {
  return {
    rollout: row.rollout,
    sequence: row.sequence,
    epoch: row.epoch,
    at: row.at.toISOString(),
    // Only `append` of this very journal writes the column.
    body: row.body as Body,
  };
}
