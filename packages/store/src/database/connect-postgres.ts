import {
  Kysely,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
} from "kysely";
import type { ClientConfig, Pool, PoolClient } from "pg";
import { StoreError } from "../store-error.ts";
import type { Connection } from "./connection.ts";
import type { PostgresAddress } from "./postgres-address.ts";
import type { Tables } from "./tables.ts";

/** The server ends a statement after this time; the client waits a little longer before it calls the server gone. */
const statementMilliseconds = 30_000;

/** How every connection of the store is made, the pool's and the listener's. */
export function clientConfig(address: PostgresAddress): ClientConfig {
  return {
    connectionString: address.url,
    application_name: "fairway",
    connectionTimeoutMillis: 5_000,
    statement_timeout: statementMilliseconds,
    query_timeout: statementMilliseconds + 5_000,
    idle_in_transaction_session_timeout: statementMilliseconds,
    keepAlive: true,
  };
}

/** A pool of connections to a PostgreSQL server. Connects on first use. */
export async function connectPostgres(address: PostgresAddress): Promise<Connection> {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({ ...clientConfig(address), max: 10 });
  // A connection that breaks while it is idle is dropped by the pool; the next query makes a new one.
  pool.on("error", () => {});
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: withStoreErrors(pool, address) }) });
  return { kind: "postgres", db, close: () => db.destroy() };
}

/** Turns the driver's errors into `StoreError` where the database itself, not a statement, is the trouble. */
function withStoreErrors(pool: Pool, address: PostgresAddress): PostgresPool {
  return {
    options: {},
    end: () => pool.end(),
    connect: async () => {
      const client = await pool.connect().catch((error: unknown) => {
        throw connectionError(error, address);
      });
      return guarded(client, address);
    },
  };
}

function guarded(client: PoolClient, address: PostgresAddress): PostgresPoolClient {
  let broken = false;
  const run = async (text: string, parameters: readonly unknown[]) => {
    try {
      return await client.query(text, [...parameters]);
    } catch (error) {
      const known = connectionError(error, address);
      broken ||= known !== error;
      throw known;
    }
  };
  function query<Row>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>;
  function query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
  function query(text: unknown, parameters: readonly unknown[] = []): unknown {
    // Kysely passes a cursor only to stream, which nothing here does.
    if (typeof text !== "string") throw new TypeError("the store uses no cursors");
    return run(text, parameters);
  }
  return { query, release: (destroy) => client.release(destroy === true || broken) };
}

/** The same error when it is about one statement. */
export function connectionError(error: unknown, address: PostgresAddress): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  const state = "code" in error && typeof error.code === "string" ? error.code : "";
  // SQLSTATE classes: 28 authorization, 3D no such database, 42501 a right is missing.
  if (/^(28|3D)/.test(state) || state === "42501")
    return new StoreError("refused", `PostgreSQL at ${address.shown} refuses: ${error.message}`, { cause: error });
  // 08 connection, 53 resources, 57P shutdown; without a SQLSTATE it is the socket's or the driver's error.
  if (/^(08|53|57P)/.test(state) || !/^[0-9A-Z]{5}$/.test(state)) {
    const why = error instanceof AggregateError ? error.errors.map(String).join("; ") : error.message;
    return new StoreError("unreachable", `PostgreSQL at ${address.shown} does not answer: ${why}`, { cause: error });
  }
  return error;
}
