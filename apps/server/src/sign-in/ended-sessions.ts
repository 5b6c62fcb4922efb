import { appendFile, readFile, writeFile } from "node:fs/promises";

/** Sessions that people have ended before their time, so that a copied cookie is worth nothing, to the next process neither. */
export interface EndedSessions {
  has(id: string): boolean;
  /** Resolves when the next process will know it too. */
  add(id: string): Promise<void>;
}

/**
 * Kept as a file of one id per line. An id names its session's end (`<uuid>.<milliseconds since the epoch>`), after
 * which it is forgotten. It is no credential: a cookie needs the signature too.
 *
 * @param now milliseconds since the epoch
 */
export async function endedSessions(path: string, now: () => number): Promise<EndedSessions> {
  const lines = (await readIfThere(path)).split("\n").filter((line) => line !== "");
  const ids = new Set(lines.filter((id) => sessionEnd(id) > now()));
  if (ids.size < lines.length) await writeFile(path, text([...ids]), { mode: 0o600 });
  return {
    has: (id) => ids.has(id),
    async add(id) {
      if (ids.has(id)) return;
      ids.add(id);
      await appendFile(path, text([id]), { mode: 0o600, flush: true });
    },
  };
}

/** When a session ends by itself; `NaN` for what is no session's id. */
export function sessionEnd(id: string): number {
  return Number(id.split(".")[1]);
}

function text(ids: readonly string[]): string {
  return ids.map((id) => `${id}\n`).join("");
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
