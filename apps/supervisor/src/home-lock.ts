import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { startTimeOf } from "./process-identity.ts";
import { UsageError } from "./settings.ts";

const record = z.object({
  pid: z.int(),
  startTime: z.string(),
  /** Known once the server's port is. */
  url: z.string().optional(),
  /** Children by name, for tests and for people who look. */
  children: z.record(z.string(), z.int()).optional(),
});
/** Milliseconds after which the guard of a removal is one that a crash left. */
const guardLimit = 5_000;
type Holder = z.infer<typeof record>;

/** The right to be the one supervisor of a home. */
export interface HomeLock {
  /** Tells others what is known by now. */
  update(known: { readonly url?: string; readonly children?: Readonly<Record<string, number>> }): Promise<void>;
  release(): Promise<void>;
}

/** Takes `<home>/supervisor.json`. Throws `UsageError` when another supervisor that lives holds it. */
export async function lockHome(home: string): Promise<HomeLock> {
  const path = join(home, "supervisor.json");
  await mkdir(home, { recursive: true, mode: 0o700 });
  let mine: Holder = { pid: process.pid, startTime: (await startTimeOf(process.pid)) ?? "unknown" };
  while (!(await createFile(path, mine))) {
    const holder = await readHolder(path);
    if (holder !== undefined && (await startTimeOf(holder.pid)) === holder.startTime) {
      const where = holder.url === undefined ? "" : ` and serves at ${holder.url}`;
      throw new UsageError(
        `Fairway already runs for ${home}: process ${holder.pid} started it${where}.\n  another one beside it: FAIRWAY_HOME=<folder> npm start`,
      );
    }
    await removeDead(path);
  }
  return {
    async update(known) {
      mine = { ...mine, ...known };
      const temporary = `${path}.${randomUUID()}`;
      await writeFile(temporary, `${JSON.stringify(mine)}\n`, { mode: 0o600 });
      await rename(temporary, path);
    },
    async release() {
      const holder = await readHolder(path);
      if (holder?.pid === mine.pid && holder.startTime === mine.startTime) await rm(path, { force: true });
    },
  };
}

/** False when it exists. Never seen half written: it is made aside and linked. */
async function createFile(path: string, holder: Holder): Promise<boolean> {
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Undefined when the file is gone or damaged. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return record.safeParse(JSON.parse(await readFile(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}

/**
 * Removes the file of a holder that has died. Only one process at a time may, and it looks again before: else the slower
 * of two would remove what the faster one has just made.
 */
async function removeDead(path: string): Promise<void> {
  const guard = `${path}.removing`;
  if (!(await createFile(guard, { pid: process.pid, startTime: "" }))) {
    const age = await stat(guard).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > guardLimit) await rm(guard, { force: true });
    await setTimeout(20);
    return;
  }
  try {
    const holder = await readHolder(path);
    if (holder === undefined || (await startTimeOf(holder.pid)) !== holder.startTime) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}
