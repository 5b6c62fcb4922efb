import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Commit } from "@fairway/api";

const run = promisify(execFile);
/** Milliseconds for git; who has a slow disk deploys without. */
const limit = 5_000;
const longestSubject = 200;

/** The commit that a folder is at, and whether it has changes beside it; undefined where git says nothing of it. */
export async function readCommit(folder: string): Promise<Commit | undefined> {
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run("git", ["-C", folder, ...args], { timeout: limit, maxBuffer: 16 * 1024 * 1024 })).stdout;
  try {
    const [hash = "", committedAt = "", subject = ""] = (await git("log", "-1", "--format=%H%x00%cI%x00%s")).split(
      "\0",
    );
    if (!/^[0-9a-f]{40,64}$/.test(hash)) return undefined;
    const changes = await git("status", "--porcelain", "--", ".");
    const line = subject
      .replace(/\p{Cc}/gu, " ")
      .trim()
      .slice(0, longestSubject);
    return { hash, subject: line, committedAt, dirty: changes.trim() !== "" };
  } catch {
    return undefined;
  }
}
