import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { compressSnapshot } from "./compress-snapshot.ts";
import { snapshotStore } from "./snapshot-store.ts";
import { temporaryFolder } from "./testing/folder.ts";
import { inPieces, tarOf } from "./testing/tar.ts";

const archive = await tarOf([{ name: "index.js", body: "console.log(1)" }]);
const digest = `sha256:${createHash("sha256").update(archive).digest("hex")}`;

test("what was put is there, by its digest, once", async (t) => {
  const folder = join(await temporaryFolder(t), "snapshots");
  const store = snapshotStore(folder);
  assert.equal(await store.has(digest), false);
  assert.deepEqual(await store.list(), []);
  const both = await Promise.all([
    store.put(digest, inPieces(archive)),
    store.put(digest, inPieces(gzipSync(archive), 50), { gzip: true }),
  ]);
  assert.deepEqual(both, [
    { digest, files: 1, bytes: 14 },
    { digest, files: 1, bytes: 14 },
  ]);
  assert.equal(await store.has(digest), true);
  assert.equal(store.path(digest), join(folder, `${digest.slice(7)}.tar`));
  assert.deepEqual(await readFile(store.path(digest)), archive);
  assert.deepEqual(
    (await store.list()).map(({ digest, bytes }) => ({ digest, bytes })),
    [{ digest, bytes: archive.length }],
  );
  await store.remove(digest);
  await store.remove(digest);
  assert.equal(await store.has(digest), false);
});

test("what compressSnapshot sends arrives", async (t) => {
  const folder = await temporaryFolder(t);
  const tarPath = join(folder, "snapshot.tar");
  await writeFile(tarPath, archive);
  await snapshotStore(folder).put(digest, compressSnapshot(tarPath), { gzip: true });
  await assert.rejects(snapshotStore(folder).put(digest, compressSnapshot(join(folder, "gone.tar")), { gzip: true }), {
    code: "ENOENT",
  });
});

const bomb = gzipSync(Buffer.concat([await tarOf([{ name: "zeros", body: "0".repeat(5_000_000) }])]));
const refused: Readonly<Record<string, { body: Buffer; gzip: boolean; code: string }>> = {
  "another content": { body: await tarOf([{ name: "index.js", body: "evil" }]), gzip: false, code: "digest-mismatch" },
  "a hostile archive": { body: await tarOf([{ name: "../x" }]), gzip: false, code: "archive-refused" },
  "not gzip": { body: Buffer.from("hello"), gzip: true, code: "archive-refused" },
  "gzip that is cut": { body: gzipSync(archive).subarray(0, 60), gzip: true, code: "archive-refused" },
  "a small upload that unpacks to more than the limit": { body: bomb, gzip: true, code: "archive-too-large" },
};
for (const [name, { body, gzip, code }] of Object.entries(refused))
  test(`${name} is refused and leaves nothing`, async (t) => {
    const folder = await temporaryFolder(t);
    const limits = { bytes: 1_000_000, files: 10, pathLength: 100 };
    await assert.rejects(snapshotStore(folder).put(digest, inPieces(body), { gzip, limits }), { code });
    assert.deepEqual(readdirSync(folder), []);
  });

test("an upload that breaks off leaves nothing and tells its own error", async (t) => {
  const folder = await temporaryFolder(t);
  async function* broken() {
    yield gzipSync(archive).subarray(0, 30);
    throw new Error("aborted");
  }
  await assert.rejects(snapshotStore(folder).put(digest, broken(), { gzip: true }), { message: "aborted" });
  assert.deepEqual(readdirSync(folder), []);
});

test("a digest never names a path elsewhere", async (t) => {
  const store = snapshotStore(await temporaryFolder(t));
  assert.throws(() => store.path("sha256:../../etc/passwd"), { code: "digest-mismatch" });
  await assert.rejects(store.put("../evil", inPieces(archive)), { code: "digest-mismatch" });
});

test("sweep deletes what an ended process left, and no snapshot", async (t) => {
  const folder = await temporaryFolder(t);
  const store = snapshotStore(folder);
  await store.put(digest, inPieces(archive));
  await writeFile(join(folder, ".incoming-left"), "half");
  await store.sweep();
  assert.deepEqual(readdirSync(folder), [`${digest.slice(7)}.tar`]);
});
