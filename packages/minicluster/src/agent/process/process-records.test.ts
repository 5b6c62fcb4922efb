import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createProcessRecords } from "./process-records.ts";
import type { ProcessTable } from "./process-table.ts";

test("what is left of a group whose first process has gone is ended, unless the machine was started again since", async (t) => {
  const ours = await leftover(t, "boot-1/500");
  assert.equal(await ours.records.endLeftovers(), 1);
  await ours.ended;
  const foreign = await leftover(t, "boot-0/500");
  assert.equal(await foreign.records.endLeftovers(), 0);
  assert.equal(foreign.lives(), true);
  assert.deepEqual(readdirSync(foreign.directory), [], "it is forgotten all the same");
});

test("a process id that belongs to another process by now gets no signal", async (t) => {
  const { records, lives } = await leftover(t, "boot-1/500", "boot-1/900");
  assert.equal(await records.endLeftovers(), 0);
  assert.equal(lives(), true);
});

/** A group of processes that was recorded with one start time, and of which the system now tells another, or none. */
async function leftover(t: TestContext, recorded: string, now?: string) {
  const directory = mkdtempSync(join(tmpdir(), "records-"));
  const child = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
  const ended = once(child, "exit");
  await once(child, "spawn");
  t.after(() => {
    child.kill("SIGKILL");
    rmSync(directory, { recursive: true });
  });
  const lives = () => child.exitCode === null && child.signalCode === null;
  const table: ProcessTable = {
    startTime: (pid) => (pid === process.pid ? "boot-1/1" : now),
    groupLives: lives,
    usage: () => undefined,
  };
  writeFileSync(join(directory, String(child.pid)), recorded);
  return { directory, records: createProcessRecords(directory, table), ended, lives };
}
