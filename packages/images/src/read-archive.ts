import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract as extractTar, type Header } from "tar-stream";
import { fileTree, type TreeEntry } from "./file-tree.ts";
import { SnapshotError } from "./snapshot-error.ts";
import type { SnapshotLimits } from "./snapshot-limits.ts";

/** A tar, piece by piece. */
export type ByteStream = AsyncIterable<Uint8Array>;

export interface ArchiveContent {
  /** Files and links. */
  readonly files: number;
  /** Sum of the contents of all files. */
  readonly bytes: number;
}

/** Called for each entry in turn, after it was checked alone. What is not read of `content` is skipped. */
type Visit = (entry: TreeEntry, content: AsyncIterable<Uint8Array>, executable: boolean) => Promise<void>;

/** Two blocks of zeros end a tar (POSIX pax, "ustar Interchange Format"). */
const endLength = 1024;
/** Header, padding and a pax record of one entry, at most; bounds what may lie between the contents. */
const overheadOfEntry = 8 * 1024;
/** Read ahead, and zeros behind the end: more of them would only cost time. */
const slack = 1024 * 1024;

/**
 * Reads a tar once, in constant memory but for the names, and checks it as a whole.
 * Throws `archive-refused` and `archive-too-large`; a failing `source` throws its own error.
 */
export async function readArchive(source: ByteStream, limits: SnapshotLimits, visit: Visit): Promise<ArchiveContent> {
  const tree = fileTree(limits, { refused: "archive-refused", tooLarge: "archive-too-large" });
  let sourceError: unknown;
  let tail: Buffer = Buffer.alloc(0);
  let length = 0;
  /** Bytes that the entries so far may take. */
  let expected = slack;

  async function* watched(): AsyncGenerator<Uint8Array> {
    const iterator = source[Symbol.asyncIterator]();
    try {
      for (;;) {
        const step = await iterator.next().catch((error: unknown) => {
          sourceError = error;
          throw error;
        });
        if (step.done === true) return;
        length += step.value.byteLength;
        if (length > expected) throw refused("has bytes that belong to no file");
        tail = lastBytes(tail, step.value);
        yield step.value;
      }
    } finally {
      await iterator.return?.();
    }
  }

  const extract = extractTar();
  const feeding = pipeline(Readable.from(watched(), { objectMode: false }), extract).then(
    () => undefined,
    (error: unknown) => error,
  );
  try {
    for await (const entry of extract) {
      const { header } = entry;
      const checked = entryOf(header);
      tree.add(checked);
      expected += overheadOfEntry + (header.size ?? 0);
      // A body where none belongs would be read as headers by one reader and skipped by another.
      if (checked.kind !== "file" && header.size !== 0) throw refused(`${checked.path}: has a body but is no file`);
      await visit(checked, bytesOf(entry), (header.mode & 0o100) !== 0);
      entry.resume();
    }
    const failure = await feeding;
    if (failure !== undefined) throw failure;
  } catch (error) {
    extract.destroy();
    await feeding;
    throw asArchiveError(sourceError ?? error);
  }
  if (length < endLength || length % 512 !== 0 || tail.some((byte) => byte !== 0))
    throw refused("the archive is cut short");
  return tree.finish();
}

function entryOf(header: Header): TreeEntry {
  const path = header.name.replace(/^(\.\/+)+/, "").replace(/\/+$/, "");
  if (header.type === "directory") return { kind: "directory", path };
  if (header.name.endsWith("/")) throw refused(`${path}: is named like a directory but is none`);
  if (isRecord(header.pax) && Object.keys(header.pax).some((key) => key.startsWith("GNU.sparse.")))
    throw refused(`${path}: sparse files are not taken`);
  if (header.type === "file") return { kind: "file", path, size: header.size };
  if (header.type === "symlink") return { kind: "link", path, target: header.linkname ?? "" };
  const kind = header.type === "link" ? "a hard link" : `a ${header.type ?? "thing of an unknown kind"}`;
  throw new SnapshotError(
    "archive-refused",
    `${path}: is ${kind}; only files, directories and symbolic links are taken`,
    {
      path,
    },
  );
}

function asArchiveError(error: unknown): unknown {
  if (error instanceof SnapshotError || !(error instanceof Error)) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code.startsWith("Z_"))
    return new SnapshotError("archive-refused", "the archive is not whole gzip data", { cause: error });
  if (error.message === "Unexpected end of data") return refused("the archive is cut short");
  if (/^Invalid (tar )?header|^Header exceeds max size/.test(error.message)) return refused("the archive is not a tar");
  return error;
}

function refused(message: string): SnapshotError {
  return new SnapshotError("archive-refused", message);
}

/** The entries of tar-stream are iterable; its types do not say so. */
async function* bytesOf(entry: object): AsyncGenerator<Uint8Array> {
  if (!isIterable(entry)) return;
  for await (const chunk of entry) if (chunk instanceof Uint8Array) yield chunk;
}

function isIterable(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value;
}

function lastBytes(tail: Buffer, chunk: Uint8Array): Buffer {
  if (chunk.byteLength >= endLength) return Buffer.from(chunk.subarray(-endLength));
  return Buffer.concat([tail, chunk]).subarray(-endLength);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
