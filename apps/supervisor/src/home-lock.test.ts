import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { lockHome } from "./home-lock.ts";

async function temporaryHome(t: TestContext): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "fairway-lock-"));
  t.after(() => rm(home, { recursive: true, force: true }));
  return home;
}

test("a second supervisor is told where the first one serves", async (t) => {
  const home = await temporaryHome(t);
  const lock = await lockHome(home);
  await lock.update({ url: "http://127.0.0.1:7070" });
  await assert.rejects(lockHome(home), /already runs .* http:\/\/127\.0\.0\.1:7070/);
  await lock.release();
  await (await lockHome(home)).release();
});

test("the lock of a process that has died is taken over, also when its pid lives on as somebody else", async (t) => {
  const home = await temporaryHome(t);
  const path = join(home, "supervisor.json");
  await writeFile(path, JSON.stringify({ pid: process.pid, startTime: "another life", url: "http://127.0.0.1:1" }));
  await (await lockHome(home)).update({ url: "http://127.0.0.1:2" });
  assert.match(await readFile(path, "utf8"), /127\.0\.0\.1:2/);
});

test("of many that find a damaged file only one wins", async (t) => {
  const home = await temporaryHome(t);
  await writeFile(join(home, "supervisor.json"), "{");
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockHome(home)));
  assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
});
