import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Kysely, PGliteDialect } from "kysely";
import type { Connection } from "./connection.ts";
import { lockDirectory } from "./directory-lock.ts";
import type { Tables } from "./tables.ts";

/** PostgreSQL's own 128 MB are touched at once: 100 ms of every start and as much memory, for a database of a few megabytes. */
const sharedBuffers = "16MB";

/**
 * PostgreSQL in this process, its files in `directory` (made when missing). One connection: Kysely queues everything
 * on it, and a query on `db` inside a transaction would wait for itself, so transactions use only their own handle.
 */
export async function connectPglite(directory: string): Promise<Connection> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const unlock = await lockDirectory(directory);
  try {
    const { PGlite } = await import("@electric-sql/pglite");
    const data = join(directory, "data");
    const whole = join(directory, "initialised");
    // A first start that was killed leaves half a cluster, which PostgreSQL would not open again.
    if (!(await exists(whole))) await rm(data, { recursive: true, force: true });
    const startParams = [...PGlite.defaultStartParams, "-c", `shared_buffers=${sharedBuffers}`];
    const pglite = await PGlite.create({ dataDir: data, startParams });
    await writeFile(whole, "");
    const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
    return {
      kind: "pglite",
      db,
      close: async () => {
        await pglite.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
