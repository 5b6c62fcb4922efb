import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { type ArchiveContent, type ByteStream, readArchive } from "./read-archive.ts";
import { SnapshotError } from "./snapshot-error.ts";
import { defaultLimits, type SnapshotLimits } from "./snapshot-limits.ts";

export interface StoredSnapshot {
  /** `sha256:<hex>` of the uncompressed tar. */
  readonly digest: string;
  /** Size of the tar. */
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
}

/** Snapshots on disk by digest: `<folder>/<hex>.tar`, each one whole, checked, and never changed. */
export interface SnapshotStore {
  /**
   * Stores a tar after checking its digest and content; the same digest may be put twice. A stream that fails leaves nothing.
   *
   * @throws SnapshotError `digest-mismatch`, `archive-refused`, `archive-too-large`; errors of `source` pass unchanged
   */
  put(
    digest: string,
    source: ByteStream,
    options?: { readonly gzip?: boolean; readonly limits?: SnapshotLimits },
  ): Promise<ArchiveContent & { readonly digest: string }>;
  has(digest: string): Promise<boolean>;
  /** Where the tar lies, or would. */
  path(digest: string): string;
  /** Resolves also when it is not there. */
  remove(digest: string): Promise<void>;
  list(): Promise<readonly StoredSnapshot[]>;
  /** Deletes what uploads left that ended with the process; call it before the first `put`. */
  sweep(): Promise<void>;
}

const temporaryMark = ".incoming-";

/** @param folder `<home>/snapshots`; made when needed, readable by the owner only */
export function snapshotStore(folder: string): SnapshotStore {
  const path = (digest: string) => join(folder, `${hexOf(digest)}.tar`);
  return {
    path,
    async put(digest, source, options = {}) {
      const target = path(digest);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const temporary = join(folder, `${temporaryMark}${randomUUID()}`);
      const file = await open(temporary, "wx", 0o600);
      try {
        const hash = createHash("sha256");
        async function* kept(): AsyncGenerator<Uint8Array> {
          for await (const chunk of options.gzip === true ? gunzipped(source) : source) {
            hash.update(chunk);
            await file.writeFile(chunk);
            yield chunk;
          }
        }
        const content = await readArchive(kept(), options.limits ?? defaultLimits, async () => {});
        const actual = `sha256:${hash.digest("hex")}`;
        if (actual !== digest)
          throw new SnapshotError("digest-mismatch", `the content has digest ${actual}, not ${digest}`);
        await file.sync();
        await file.close();
        await rename(temporary, target);
        return { digest, ...content };
      } catch (error) {
        await file.close();
        await rm(temporary, { force: true });
        throw error;
      }
    },
    async has(digest) {
      return (await sizeAndTime(path(digest))) !== undefined;
    },
    async remove(digest) {
      await rm(path(digest), { force: true });
    },
    async list() {
      const found: StoredSnapshot[] = [];
      for (const name of await namesIn(folder)) {
        const hex = /^([0-9a-f]{64})\.tar$/.exec(name)?.[1];
        const about = hex === undefined ? undefined : await sizeAndTime(join(folder, name));
        if (about !== undefined) found.push({ digest: `sha256:${hex}`, ...about });
      }
      return found;
    },
    async sweep() {
      for (const name of await namesIn(folder))
        if (name.startsWith(temporaryMark)) await rm(join(folder, name), { force: true });
    },
  };
}

async function* gunzipped(source: ByteStream): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const input = Readable.from(source, { objectMode: false });
  // `pipe` passes no errors on; a broken upload must end the reader too.
  input.on("error", (error) => gunzip.destroy(error));
  input.pipe(gunzip);
  try {
    yield* gunzip;
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}

function hexOf(digest: string): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (hex === undefined) throw new SnapshotError("digest-mismatch", "a digest is sha256: and 64 hexadecimal digits");
  return hex;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

async function sizeAndTime(path: string): Promise<{ readonly bytes: number; readonly storedAt: number } | undefined> {
  try {
    const about = await stat(path);
    return about.isFile() ? { bytes: about.size, storedAt: about.mtimeMs } : undefined;
  } catch {
    return undefined;
  }
}
