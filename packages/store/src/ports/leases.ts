import { setTimeout as pause } from "node:timers/promises";
import type { Journal, Lease } from "@fairway/rollout";
import { type Kysely, type Selectable, sql } from "kysely";
import type { Connection } from "../database/connection.ts";
import type { Tables } from "../database/tables.ts";

type Leases = Pick<Journal<unknown>, "acquire" | "renew" | "release">;

/**
 * One row for each service and environment, kept for ever: its epoch only grows. Each call is one statement; a row lock
 * puts racing ones in order, and PostgreSQL looks at the condition again after the wait.
 */
export function openLeases({ db, kind }: Pick<Connection, "db" | "kind">): Leases {
  const renewTogether = gathered(db);
  return {
    async acquire(environment, service, owner, ttlMilliseconds) {
      const expires_at = expiry(ttlMilliseconds);
      const row = await db
        .insertInto("leases")
        .values({ environment, service, owner, epoch: 1, expires_at })
        .onConflict((conflict) =>
          conflict
            .columns(["environment", "service"])
            .doUpdateSet({ owner, epoch: sql<number>`leases.epoch + 1`, expires_at })
            .where((where) =>
              where.or([
                where("leases.expires_at", "<=", sql<Date>`clock_timestamp()`),
                where("leases.owner", "=", owner),
              ]),
            ),
        )
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? undefined : leaseOf(row);
    },
    async renew(lease, ttlMilliseconds) {
      // PGlite's one connection is waited for anyway; of a server's many, one that hangs holds up nobody else's lease.
      if (kind === "pglite") return renewTogether(lease, ttlMilliseconds);
      const row = await db
        .updateTable("leases")
        .set({ expires_at: expiry(ttlMilliseconds) })
        .where("environment", "=", lease.environment)
        .where("service", "=", lease.service)
        .where("owner", "=", lease.owner)
        .where("epoch", "=", lease.epoch)
        .where("expires_at", ">", sql<Date>`clock_timestamp()`)
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? undefined : leaseOf(row);
    },
    async release(lease) {
      await db
        .updateTable("leases")
        .set({ expires_at: sql<Date>`'-infinity'::timestamptz` })
        .where("environment", "=", lease.environment)
        .where("service", "=", lease.service)
        .where("owner", "=", lease.owner)
        .where("epoch", "=", lease.epoch)
        .execute();
    },
  };
}

interface Renewal {
  readonly lease: Lease;
  readonly ttlMilliseconds: number;
  readonly answer: PromiseWithResolvers<Lease | undefined>;
}

/** Renewals that come within this time after one go together, in milliseconds; little beside the third of a lease's life at which it is renewed. */
const gatherFor = 100;

/** Renews at once, and in one statement what comes within a while after that: hundreds of rollouts side by side renew all the time. */
function gathered(db: Kysely<Tables>): Leases["renew"] {
  let waiting: Renewal[] = [];
  let running = false;

  const run = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) {
      const now = waiting;
      waiting = [];
      try {
        const renewed = await renewAll(db, now);
        for (const { lease, answer } of now) answer.resolve(renewed.get(keyOf(lease)));
      } catch (error) {
        for (const { answer } of now) answer.reject(error);
      }
      await pause(gatherFor);
    }
    running = false;
  };

  return (lease, ttlMilliseconds) => {
    const answer = Promise.withResolvers<Lease | undefined>();
    waiting.push({ lease, ttlMilliseconds, answer });
    if (!running) void run();
    return answer.promise;
  };
}

async function renewAll(db: Kysely<Tables>, all: readonly Renewal[]): Promise<ReadonlyMap<string, Lease>> {
  const column = <T>(of: (renewal: Renewal) => T) => sql.val(all.map(of));
  const { rows } = await sql<Selectable<Tables["leases"]>>`
    update leases set expires_at = clock_timestamp() + make_interval(secs => asked.seconds)
    from unnest(
      ${column(({ lease }) => lease.environment)}::text[],
      ${column(({ lease }) => lease.service)}::text[],
      ${column(({ lease }) => lease.owner)}::text[],
      ${column(({ lease }) => lease.epoch)}::int[],
      ${column(({ ttlMilliseconds }) => ttlMilliseconds / 1000)}::float8[]
    ) as asked (environment, service, owner, epoch, seconds)
    where leases.environment = asked.environment and leases.service = asked.service
      and leases.owner = asked.owner and leases.epoch = asked.epoch and leases.expires_at > clock_timestamp()
    returning leases.*`.execute(db);
  return new Map(rows.map((row) => [keyOf(row), leaseOf(row)]));
}

/** One lease has one owner and epoch at a time: who asks under another one is not the one that was renewed. */
function keyOf({ environment, service, owner, epoch }: Omit<Lease, "expiresAt">): string {
  return JSON.stringify([environment, service, owner, epoch]);
}

function expiry(ttlMilliseconds: number) {
  return sql<Date>`clock_timestamp() + make_interval(secs => ${ttlMilliseconds / 1000})`;
}

function leaseOf(row: Selectable<Tables["leases"]>): Lease {
  return {
    environment: row.environment,
    service: row.service,
    owner: row.owner,
    epoch: row.epoch,
    expiresAt: row.expires_at.getTime(),
  };
}
