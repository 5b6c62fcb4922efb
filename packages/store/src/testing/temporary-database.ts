import pg from "pg";

/** A database of its own on a PostgreSQL server, for one test file. */
export interface TemporaryDatabase {
  readonly url: string;
  /** Runs a statement past the store, as its superuser. */
  query(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Drops it, and ends who is still connected. */
  drop(): Promise<void>;
}

let made = 0;

/** @param serverUrl Of a superuser, for example from `DATABASE_URL`. */
export async function temporaryDatabase(serverUrl: string): Promise<TemporaryDatabase> {
  const server = new pg.Client({ connectionString: serverUrl });
  await server.connect();
  made += 1;
  const name = `fairway_test_${process.pid}_${made}`;
  await server.query(`create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const own = new pg.Client({ connectionString: url.href, application_name: "fairway-test" });
  await own.connect();
  return {
    url: url.href,
    query: async (text) => (await own.query(text)).rows,
    drop: async () => {
      await own.end();
      await server.query(`drop database ${name} with (force)`);
      await server.end();
    },
  };
}
