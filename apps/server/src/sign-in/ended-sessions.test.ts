import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { endedSessions } from "./ended-sessions.ts";

test("are known to the next process until they would have ended anyway; anything else in the file is dropped", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "fairway-sessions-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "ended-sessions");
  const first = await endedSessions(path, () => 1_000);
  await first.add("short.2000");
  await first.add("long.3000");
  await first.add("long.3000");
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  await writeFile(path, "half a li", { flag: "a" });

  const next = await endedSessions(path, () => 2_000);
  assert.deepEqual([next.has("short.2000"), next.has("long.3000"), next.has("other.3000")], [false, true, false]);
  await next.add("later.4000");
  assert.equal(await readFile(path, "utf8"), "long.3000\nlater.4000\n");
});
