import { createHash } from "node:crypto";
import { closeSync, constants, createWriteStream, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Pack, pack as packTar } from "tar-stream";
import { gatherInto } from "./gather-into.ts";
import type { SourceEntry } from "./list-sources.ts";
import { SnapshotError } from "./snapshot-error.ts";

/** Bytes of a file that is read at once; a stream for each of many small files would take most of the time. */
const readWhole = 256 * 1024;

/** Nothing in the tar tells when, by whom or where it was made. */
const sameForAll = { uid: 0, gid: 0, mtime: new Date(0) };

/**
 * Writes the entries of a folder as a tar whose bytes depend on names, contents and executable bits only.
 *
 * @returns the digest of the tar, `sha256:<hex>`
 * @throws SnapshotError `file-refused` when a file changes while it is read
 */
export async function packFolder(
  folder: string,
  entries: readonly SourceEntry[],
  tarPath: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const pack = packTar();
  const hash = createHash("sha256");
  const file = createWriteStream(tarPath, { flags: "wx", mode: 0o600 });
  const hashing = gatherInto(file, (chunk) => {
    hash.update(chunk);
  });
  const written = pipeline(pack, hashing, { ...(signal === undefined ? {} : { signal }) });
  const failed = written.then(
    () => undefined,
    (error: unknown) => error,
  );
  try {
    for (const entry of [...entries].sort((a, b) => compareBytes(a.path, b.path))) {
      signal?.throwIfAborted();
      await packEntry(pack, folder, entry);
    }
    pack.finalize();
  } catch (error) {
    pack.destroy();
    await failed;
    signal?.throwIfAborted();
    throw error;
  }
  await written;
  return `sha256:${hash.digest("hex")}`;
}

/**
 * All of a small file. Not asynchronous: each of a read's calls would wait for a thread and back, several times as long as the
 * call itself takes.
 */
function readSmall(folder: string, entry: SourceEntry & { readonly kind: "file" }): Buffer {
  const file = openSync(join(folder, entry.path), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const content = Buffer.allocUnsafe(entry.size + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length <= entry.size; length += read)
      read = readSync(file, content, { offset: length });
    if (length !== entry.size) throw changed(entry);
    return content.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

async function packEntry(pack: Pack, folder: string, entry: SourceEntry): Promise<void> {
  if (entry.kind === "directory")
    return added(pack, { ...sameForAll, type: "directory", name: entry.path, mode: 0o755 });
  if (entry.kind === "link")
    return added(pack, { ...sameForAll, type: "symlink", name: entry.path, linkname: entry.target, mode: 0o777 });

  const header = {
    ...sameForAll,
    type: "file",
    name: entry.path,
    size: entry.size,
    mode: entry.executable ? 0o755 : 0o644,
  } as const;
  if (entry.size <= readWhole) return added(pack, header, readSmall(folder, entry));
  const file = await open(join(folder, entry.path), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const body = pack.entry(header);
    // The header is out before the content: a file that grows or shrinks now would break the tar.
    await pipeline(file.createReadStream({ autoClose: false }), body).catch((error: unknown) => {
      if (error instanceof Error && error.message === "Size mismatch") throw changed(entry);
      throw error;
    });
  } finally {
    await file.close();
  }
}

function changed({ path }: SourceEntry): SnapshotError {
  return new SnapshotError("file-refused", `${path}: changed while it was read`, { path });
}

function added(pack: Pack, header: Parameters<Pack["entry"]>[0], content?: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: unknown) => (error ? reject(error) : resolve());
    if (content === undefined) pack.entry(header, done);
    else pack.entry(header, content, done);
  });
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
