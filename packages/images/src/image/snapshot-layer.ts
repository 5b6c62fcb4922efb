import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { posix } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Pack, pack as packTar } from "tar-stream";
import type { TreeEntry } from "../file-tree.ts";
import { gatherInto } from "../gather-into.ts";
import { readArchive } from "../read-archive.ts";
import { SnapshotError } from "../snapshot-error.ts";
import type { SnapshotLimits } from "../snapshot-limits.ts";
import type { LayerRecord } from "./layer-cache.ts";

/** Nothing in the layer tells when, by whom or where it was made; files belong to root and the service cannot change them. */
const sameForAll = { uid: 0, gid: 0, mtime: new Date(0) };
/**
 * Written out, because defaults change. Level 2 takes a third of the time of level 6 for 19 % more bytes (measured on a folder of
 * packages). The bytes are those of the zlib that Node brings; another zlib may give others, and then the layer is sent once
 * more. What is in it, and its `diffId`, stay the same.
 */
const compression = { level: 2, windowBits: 15, memLevel: 8, strategy: 0, chunkSize: 256 * 1024 };
/** Bytes of a file that is packed at once; a stream for each of many small files would take most of the time. */
const packWhole = 256 * 1024;
/** Tenth byte of a gzip file: the system that made it, 255 for "unknown" (RFC 1952, section 2.3.1). */
const systemByte = { at: 9, unknown: 255 };

/**
 * Writes a snapshot as an image's layer: the same entries below `directory`, checked as `unpackSnapshot` does, in their order,
 * each folder before what is in it.
 *
 * @param directory without a slash at either end: `app`
 * @throws SnapshotError `digest-mismatch`, `archive-refused`, `archive-too-large`; the signal's reason
 */
export async function writeLayer(
  snapshot: { readonly path: string; readonly digest: string },
  directory: string,
  target: string,
  options: {
    readonly limits: SnapshotLimits;
    readonly signal: AbortSignal;
    readonly onProgress: (done: number, bytes: number) => void;
  },
): Promise<LayerRecord> {
  const { size } = await stat(snapshot.path);
  const input = createHash("sha256");
  const plain = createHash("sha256");
  const compressed = createHash("sha256");
  let bytes = 0;
  const pack = packTar();
  const gzip = createGzip(compression);
  const gathering = gatherInto(gzip, (chunk) => {
    plain.update(chunk);
  });
  const finishing = each((chunk) => {
    const at = systemByte.at - bytes;
    if (at >= 0 && at < chunk.length) chunk[at] = systemByte.unknown;
    compressed.update(chunk);
    bytes += chunk.length;
  });
  const { signal } = options;
  const written = Promise.all([
    pipeline(pack, gathering, { signal }),
    pipeline(gzip, finishing, createWriteStream(target, { mode: 0o600 }), { signal }),
  ]);
  const failed = written.then(
    () => undefined,
    (error: unknown) => error,
  );
  let done = 0;
  async function* source(): AsyncGenerator<Uint8Array> {
    for await (const chunk of createReadStream(snapshot.path, { highWaterMark: 256 * 1024 })) {
      if (!(chunk instanceof Uint8Array)) continue;
      options.signal.throwIfAborted();
      input.update(chunk);
      done += chunk.byteLength;
      options.onProgress(done, size);
      yield chunk;
    }
  }
  try {
    const folders = new Set<string>();
    await packFolders(pack, directory, "", folders);
    await readArchive(source(), options.limits, async (entry, content, executable) => {
      await packFolders(pack, directory, entry.kind === "directory" ? entry.path : posix.dirname(entry.path), folders);
      await packEntry(pack, directory, entry, content, executable);
    });
    pack.finalize();
  } catch (error) {
    pack.destroy();
    const broken = await failed;
    options.signal.throwIfAborted();
    throw error instanceof SnapshotError ? error : (broken ?? error);
  }
  await written;
  const actual = `sha256:${input.digest("hex")}`;
  if (actual !== snapshot.digest)
    throw new SnapshotError("digest-mismatch", `the snapshot has digest ${actual}, not ${snapshot.digest}`);
  return { digest: `sha256:${compressed.digest("hex")}`, bytes, diffId: `sha256:${plain.digest("hex")}` };
}

/** The folders from `directory` down to `path`, as far as they are not there yet. */
async function packFolders(pack: Pack, directory: string, path: string, known: Set<string>): Promise<void> {
  const parts = path === "" || path === "." ? [] : path.split("/");
  for (let depth = 0; depth <= parts.length; depth += 1) {
    const name = [directory, ...parts.slice(0, depth)].join("/");
    if (known.has(name)) continue;
    known.add(name);
    await added(pack, { ...sameForAll, type: "directory", name: `${name}/`, mode: 0o755 });
  }
}

async function packEntry(
  pack: Pack,
  directory: string,
  entry: TreeEntry,
  content: AsyncIterable<Uint8Array>,
  executable: boolean,
): Promise<void> {
  // OCI image specification, "Whiteouts": such a name would delete a file of the base instead of being one.
  if (entry.path.split("/").some((part) => part.startsWith(".wh.")))
    throw new SnapshotError(
      "archive-refused",
      `${entry.path}: an image cannot hold a file whose name begins with .wh.`,
      {
        path: entry.path,
      },
    );
  if (entry.kind === "directory") return;
  const name = `${directory}/${entry.path}`;
  if (entry.kind === "link")
    return added(pack, { ...sameForAll, type: "symlink", name, linkname: entry.target, mode: 0o777 });
  const header = { ...sameForAll, type: "file", name, size: entry.size, mode: executable ? 0o755 : 0o644 } as const;
  if (entry.size > packWhole) return pipeline(content, pack.entry(header));
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  const [first = Buffer.alloc(0)] = chunks;
  // Most files come in one piece: a copy of each would only be collected again.
  return added(
    pack,
    header,
    chunks.length === 1 ? Buffer.from(first.buffer, first.byteOffset, first.length) : Buffer.concat(chunks),
  );
}

function added(pack: Pack, header: Parameters<Pack["entry"]>[0], content?: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: unknown) => (error ? reject(error) : resolve());
    if (content === undefined) pack.entry(header, done);
    else pack.entry(header, content, done);
  });
}

function each(see: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      see(chunk);
      next(null, chunk);
    },
  });
}
