import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { LogOptions } from "../../objects-api.ts";
import { type ContainerLog, openContainerLog } from "./container-log.ts";
import { readLog } from "./read-log.ts";

test("lines come back as they were written; an unfinished last line stays unfinished", async (t) => {
  const { log, read } = open(t);
  log.write("stdout", Buffer.from("one\ntw"));
  log.write("stderr", Buffer.from("oops\n"));
  log.write("stdout", Buffer.from("o\nthr"));
  log.close();
  assert.equal(await read(), "one\noops\ntwo\nthr");
});

test("characters and long lines survive being cut", async (t) => {
  const { log, read } = open(t);
  const text = `${"ä€😀".repeat(10_000)}\n`;
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 7) log.write("stdout", bytes.subarray(at, at + 7));
  log.close();
  assert.equal(await read(), text);
});

test("tail, since, timestamps and limit", async (t) => {
  const { log, read, clock } = open(t);
  for (const line of ["a", "b", "c"]) {
    log.write("stdout", Buffer.from(`${line}\n`));
    clock.now += 10_000;
  }
  assert.equal(await read({ tailLines: 2 }), "b\nc\n");
  assert.equal(await read({ tailLines: 0 }), "");
  assert.equal(await read({ tailLines: 9 }), "a\nb\nc\n");
  assert.equal(await read({ sinceSeconds: 15 }), "c\n");
  assert.equal(await read({ limitBytes: 3 }), "a\nb");
  assert.equal(await read({ timestamps: true, tailLines: 1 }), "2030-01-01T00:00:20.000000000Z c\n");
});

test("a full file is followed by a new one; the tail reaches back over both", async (t) => {
  const { log, read } = open(t, 2_000);
  for (let index = 0; index < 60; index++) log.write("stdout", Buffer.from(`line ${index}\n`));
  assert.ok(log.rotations > 0);
  const expected = Array.from({ length: 40 }, (_, index) => `line ${index + 20}\n`).join("");
  assert.equal(await read({ tailLines: 40 }), expected);
});

test("following gives what is added, over a change of files, until the log is closed", async (t) => {
  const { log, reader } = open(t, 2_000);
  log.write("stdout", Buffer.from("first\n"));
  let text = "";
  let added = 0;
  for await (const chunk of reader({ follow: true })) {
    text += Buffer.from(chunk).toString();
    // The reader is never more than one file behind: what was in between would be lost.
    for (const next = added + 10; added < Math.min(next, 100); added++) {
      log.write("stdout", Buffer.from(`line ${added}\n`));
    }
    if (added === 100) log.close();
  }
  const lines = text.trimEnd().split("\n");
  assert.ok(log.rotations >= 2);
  assert.deepEqual(lines, ["first", ...Array.from({ length: 100 }, (_, index) => `line ${index}`)]);
});

test("following ends when the reader leaves", async (t) => {
  const { log, reader } = open(t);
  log.write("stdout", Buffer.from("first\n"));
  const left = new AbortController();
  const iterator = reader({ follow: true }, left.signal);
  assert.equal((await iterator.next()).done, false);
  const end = iterator.next();
  left.abort();
  assert.equal((await end).done, true);
});

function open(t: TestContext, maxBytes?: number) {
  const directory = mkdtempSync(join(tmpdir(), "log-"));
  const clock = { now: Date.UTC(2030, 0, 1) };
  const log: ContainerLog = openContainerLog(join(directory, "0.log"), () => clock.now, maxBytes);
  t.after(() => {
    log.close();
    rmSync(directory, { recursive: true });
  });
  const reader = (options: LogOptions = {}, signal = AbortSignal.timeout(10_000)) =>
    readLog(log.path, log, options, clock.now, signal);
  const read = async (options: LogOptions = {}): Promise<string> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of reader(options)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  return { log, reader, read, clock };
}
