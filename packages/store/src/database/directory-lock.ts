import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "../store-error.ts";

/**
 * Keeps a second process out of a folder until it is given back, or until this process ends in whatever way: the lock
 * is SQLite's on an empty file, which the operating system drops with the process. So nothing can be stale, which a
 * file with a process id could be. PGlite itself locks nothing, and two processes would destroy its files.
 */
export async function lockDirectory(directory: string): Promise<() => void> {
  const owner = join(directory, "lock.owner");
  const lock = new DatabaseSync(join(directory, "lock"), { timeout: 0 });
  try {
    lock.exec("pragma locking_mode = exclusive; begin exclusive");
  } catch (error) {
    lock.close();
    const pid = await readFile(owner, "utf8").catch(() => "");
    const who = /^\d+$/.test(pid) ? `process ${pid}` : "another process";
    throw new StoreError("locked", `${who} uses the database in ${directory}; only one can`, { cause: error });
  }
  await writeFile(owner, String(process.pid), { mode: 0o600 });
  return () => {
    if (lock.isOpen) lock.close();
  };
}
