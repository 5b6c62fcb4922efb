import { type Kysely, sql } from "kysely";
import type { Client } from "pg";
import { clientConfig, connectionError } from "../database/connect-postgres.ts";
import type { PostgresAddress } from "../database/postgres-address.ts";
import type { Tables } from "../database/tables.ts";

const channel = "fairway_rollout_entries";
const pingMilliseconds = 10_000;
const reconnectMilliseconds = { first: 100, longest: 5_000 };

/** Tells listeners which rollout has new entries, whichever server appended them. */
export interface AppendSignal {
  /** Inside the transaction that appends; other servers hear of it when, and only when, it commits. */
  announce(transaction: Kysely<Tables>, rollout: number): Promise<void>;
  /**
   * After that transaction; listeners of this process need not wait for the database's notification.
   *
   * @param sequence of the entry, when it was one
   */
  emit(rollout: number, sequence?: number): void;
  /** Listeners are told the sequence where nobody else can have stored something that was not heard of. */
  listen(listener: (rollout: number, sequence?: number) => void): () => void;
  close(): Promise<void>;
}

/** For a database that only this process can open. */
export function localSignal(): AppendSignal {
  const listeners = new Set<(rollout: number, sequence?: number) => void>();
  return {
    announce: async () => {},
    emit: (rollout, sequence) => {
      for (const listener of [...listeners]) listener(rollout, sequence);
    },
    listen: (listener) => {
      // Wrapped, so that one function listening twice is heard twice and leaves once.
      const own = (rollout: number, sequence?: number) => listener(rollout, sequence);
      listeners.add(own);
      return () => listeners.delete(own);
    },
    close: async () => listeners.clear(),
  };
}

/**
 * LISTEN on a connection of its own, made again when it breaks. What was notified meanwhile is lost to PostgreSQL, so
 * every rollout that may have got entries since is announced after a reconnect.
 */
export async function listenOnPostgres(address: PostgresAddress, db: Kysely<Tables>): Promise<AppendSignal> {
  const { default: pg } = await import("pg");
  const local = localSignal();
  const closed = new AbortController();
  let client: Client | undefined;
  let lastHeard = performance.now();
  let retry: NodeJS.Timeout | undefined;

  const connect = async () => {
    // A ping must not hang on a dead connection for as long as a statement may take.
    const next = new pg.Client({ ...clientConfig(address), query_timeout: 5_000 });
    const lost = () => {
      if (client !== next) return;
      client = undefined;
      if (!closed.signal.aborted) reconnect(reconnectMilliseconds.first);
    };
    next.on("error", lost);
    next.on("end", lost);
    next.on("notification", (message) => local.emit(Number(message.payload)));
    try {
      await next.connect();
      await next.query(`listen ${channel}`);
    } catch (error) {
      await next.end().catch(() => {});
      throw connectionError(error, address);
    }
    client = next;
  };

  const reconnect = (delay: number) => {
    retry = setTimeout(async () => {
      try {
        await connect();
        await announceMissed();
        lastHeard = performance.now();
      } catch {
        if (!closed.signal.aborted) reconnect(Math.min(delay * 2, reconnectMilliseconds.longest));
      }
      if (closed.signal.aborted) await client?.end().catch(() => {});
    }, delay);
  };

  const announceMissed = async () => {
    // A transaction may have been open for a while before it committed: look back further than the silence.
    const seconds = (performance.now() - lastHeard) / 1000 + 120;
    const missed = await db
      .selectFrom("rollouts")
      .select("number")
      .where((where) =>
        where.or([
          where("closed_at", "is", null),
          where("closed_at", ">", sql<Date>`clock_timestamp() - make_interval(secs => ${seconds})`),
        ]),
      )
      .execute();
    for (const { number } of missed) local.emit(number);
  };

  await connect();
  const ping = setInterval(() => {
    const pinged = client;
    pinged?.query("select 1").then(
      () => {
        lastHeard = performance.now();
      },
      // Ending it is what `lost` waits for; a silent network would not do that by itself.
      () => pinged.end().catch(() => {}),
    );
  }, pingMilliseconds);

  return {
    ...local,
    emit: (rollout) => local.emit(rollout),
    announce: async (transaction, rollout) => {
      await sql`select pg_notify(${channel}, ${String(rollout)})`.execute(transaction);
    },
    close: async () => {
      closed.abort();
      clearTimeout(retry);
      clearInterval(ping);
      await local.close();
      await client?.end().catch(() => {});
    },
  };
}
