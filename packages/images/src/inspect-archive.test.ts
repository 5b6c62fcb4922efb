import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { inspectArchive } from "./inspect-archive.ts";
import { defaultLimits } from "./snapshot-limits.ts";
import { temporaryFolder } from "./testing/folder.ts";
import { type Entry, inPieces, tarOf, withHeader } from "./testing/tar.ts";
import { unpackSnapshot } from "./unpack-snapshot.ts";

const file = (name: string, body = "x"): Entry => ({ name, body });
const link = (name: string, linkname: string): Entry => ({ name, linkname, type: "symlink" });
const directory = (name: string): Entry => ({ name, type: "directory" });

const hostile: Readonly<Record<string, { readonly entries: readonly Entry[]; readonly message: RegExp }>> = {
  "a path with ..": { entries: [file("../evil")], message: /leads out/ },
  "a path with .. inside": { entries: [file("a/../../evil")], message: /leads out/ },
  "an absolute path": { entries: [file("/etc/cron.d/evil")], message: /absolute/ },
  "an absolute path after ./": { entries: [file(".//etc/evil/../x")], message: /leads out/ },
  "an absolute directory": { entries: [directory("/tmp/evil")], message: /absolute/ },
  "a link to an absolute path": { entries: [link("a", "/etc/passwd")], message: /absolute path/ },
  "a link out": { entries: [link("a/b", "../../x")], message: /links out/ },
  "a link out of the root itself": { entries: [link("a", "..")], message: /links out/ },
  "a chain of links out": { entries: [link("d/e/top", "../.."), link("out", "d/e/top/../x")], message: /links out/ },
  "a link out by a later link": {
    entries: [link("out", "hop/../.."), link("hop", "d"), directory("d")],
    message: /links out/,
  },
  "a link to itself": { entries: [link("a", "a")], message: /circle/ },
  "a link that doubles with each step": {
    entries: [link("l0", "."), ...Array.from({ length: 8 }, (_, n) => link(`l${n + 1}`, `l${n}/l${n}/l${n}`))],
    message: /circle/,
  },
  "a file behind a link": { entries: [link("a", "b"), directory("b"), file("a/x")], message: /behind the link a/ },
  "a file behind a link that comes later": {
    entries: [file("a/x"), link("a", "b")],
    message: /^a: is a link that other files/,
  },
  "a file below a file": { entries: [file("a"), file("a/b/x")], message: /behind the file a/ },
  "a file in place of a directory": { entries: [file("a/b/x"), file("a")], message: /is a file that other files/ },
  "the same path twice": { entries: [file("a"), file("a", "y")], message: /twice/ },
  "the same path twice, written in two ways": { entries: [file("a"), file("./a", "y")], message: /twice/ },
  "a link in place of a file": { entries: [file("a"), link("a", "b")], message: /twice/ },
  "a link in place of a directory": { entries: [directory("a"), link("a", "b")], message: /twice/ },
  "a hard link out": { entries: [{ name: "a", type: "link", linkname: "/etc/shadow" }], message: /hard link/ },
  "a hard link inside": { entries: [file("a"), { name: "b", type: "link", linkname: "a" }], message: /hard link/ },
  "a character device": { entries: [{ name: "null", type: "character-device" }], message: /character-device/ },
  "a block device": { entries: [{ name: "sda", type: "block-device" }], message: /block-device/ },
  "a fifo": { entries: [{ name: "pipe", type: "fifo" }], message: /fifo/ },
  "an empty name": { entries: [file("")], message: /no name/ },
  "the root as a file": { entries: [file("./")], message: /no name|named like a directory/ },
  "a double slash": { entries: [file("a//b")], message: /not a plain path/ },
  "a name with an escape sequence": {
    entries: [file("a\u001b[2Jb")],
    message: /^a\uFFFD\[2Jb: has control characters/,
  },
  "a path that is too long": { entries: [file("d/".repeat(600))], message: /named like|more than 1000/ },
  "a name that is too long": { entries: [file("n".repeat(300))], message: /more than 255/ },
  "a sparse file": { entries: [{ ...file("a"), pax: { "GNU.sparse.major": "1", path: "a" } }], message: /sparse/ },
};

for (const [name, { entries, message }] of Object.entries(hostile)) {
  test(`refused: ${name}`, async (t) => {
    const archive = await tarOf(entries);
    await assert.rejects(inspectArchive(inPieces(archive)), {
      name: "SnapshotError",
      code: "archive-refused",
      message,
    });

    const folder = await temporaryFolder(t);
    await writeFile(join(folder, "hostile.tar"), archive);
    await assert.rejects(unpackSnapshot(join(folder, "hostile.tar"), join(folder, "in/out")), {
      code: "archive-refused",
    });
    assert.deepEqual(readdirSync(join(folder, "in")), [], "nothing is left of it");
    assert.equal(existsSync(join(folder, "evil")), false);
  });
}

const plain = await tarOf([
  directory("a"),
  file("a/b", "y".repeat(2_000)),
  link("c", "a/b"),
  link("later", "not/there"),
]);
const damaged: Readonly<Record<string, Buffer>> = {
  "cut within a file": plain.subarray(0, 1_600),
  "cut within a header": plain.subarray(0, 600),
  "cut before its end": plain.subarray(0, plain.length - 1_024),
  "cut within its end": plain.subarray(0, plain.length - 512),
  empty: Buffer.alloc(0),
  "not a tar": Buffer.from("PK\u0003\u0004".repeat(1_000)),
  "of an unknown kind of entry": withHeader(plain, (header) => header.write("Z", 156)),
  "with a directory that has a body": withHeader(await tarOf([file("a")]), (header) => header.write("5", 156)),
  "with a negative size": withHeader(plain, (header) => header.fill(0xff, 124, 135).fill(0xfe, 135, 136)),
};
for (const [name, archive] of Object.entries(damaged))
  test(`refused: an archive ${name}`, () =>
    assert.rejects(inspectArchive(inPieces(archive)), { name: "SnapshotError", code: "archive-refused" }));

test("a plain archive is counted", async () => {
  assert.deepEqual(await inspectArchive(inPieces(plain)), { files: 3, bytes: 2_000 });
  assert.deepEqual(await inspectArchive(inPieces(plain, 1)), { files: 3, bytes: 2_000 });
});

test("too many files, too many bytes: refused as too large, without reading on", async () => {
  const many = await tarOf(Array.from({ length: 20 }, (_, n) => file(`f${n}`)));
  await assert.rejects(inspectArchive(inPieces(many), { ...defaultLimits, files: 19 }), { code: "archive-too-large" });
  await assert.rejects(inspectArchive(inPieces(many), { ...defaultLimits, bytes: 19 }), { code: "archive-too-large" });
  assert.deepEqual(await inspectArchive(inPieces(many), { files: 20, bytes: 20, pathLength: 10 }), {
    files: 20,
    bytes: 20,
  });
});

test("a size that only the header claims is refused before a byte of it is read", async () => {
  const claims = withHeader(plain.subarray(512), (header) => header.write("77777777777\0", 124));
  let read = 0;
  async function* source() {
    for (;;) {
      yield read === 0 ? claims.subarray(0, 512) : Buffer.alloc(1_024 * 1_024);
      read += 1;
    }
  }
  await assert.rejects(inspectArchive(source()), { code: "archive-too-large" });
  assert.ok(read < 20);
});

test("headers without end are a bomb too", async () => {
  const empty = (await tarOf([directory("a")])).subarray(0, 512);
  async function* source() {
    for (let n = 0; ; n += 1) yield withHeader(empty, (header) => header.write(`${n}/`.padEnd(10, "\0"), 0));
  }
  await assert.rejects(inspectArchive(source(), { ...defaultLimits, files: 500 }), { code: "archive-too-large" });
  async function* zeros() {
    for (;;) yield Buffer.alloc(64 * 1024);
  }
  await assert.rejects(inspectArchive(zeros(), { ...defaultLimits, files: 500, bytes: 1_000 }), {
    code: "archive-refused",
    message: /belong to no file/,
  });
});

test("zeros behind the end are not read to theirs", async () => {
  let read = 0;
  async function* source() {
    yield plain;
    for (; read < 100; read += 1) yield Buffer.alloc(1024 * 1024);
  }
  await assert.rejects(inspectArchive(source()), { code: "archive-refused", message: /belong to no file/ });
  assert.ok(read < 10, `${read} MiB read`);
});

test("folders that have no entry of their own count too: they are made on disk all the same", async () => {
  const folders = "a/".repeat(20);
  const deep = await tarOf(Array.from({ length: 10 }, (_, n) => file(`${n}/${folders}f`)));
  await assert.rejects(inspectArchive(inPieces(deep), { ...defaultLimits, files: 219 }), { code: "archive-too-large" });
  assert.equal((await inspectArchive(inPieces(deep), { ...defaultLimits, files: 220 })).files, 10);
  const told = await tarOf([file("d/e/f"), directory("d"), directory("d/e"), file("d/g")]);
  assert.equal((await inspectArchive(inPieces(told), { ...defaultLimits, files: 4 })).files, 2);
});

test("a source that breaks gives its own error", async () => {
  async function* source() {
    yield plain.subarray(0, 600);
    throw new Error("the connection was lost");
  }
  await assert.rejects(inspectArchive(source()), { message: "the connection was lost" });
});
