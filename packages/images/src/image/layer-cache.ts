import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDigest } from "../registry/image-reference.ts";
import { isRecord } from "../registry/is-record.ts";
import { digestOf } from "../registry/manifests.ts";

/** What a snapshot becomes as a layer. */
export interface LayerRecord {
  /** Of the compressed layer. */
  readonly digest: string;
  /** Of the compressed layer. */
  readonly bytes: number;
  /** Digest of the uncompressed layer: the same on every machine. */
  readonly diffId: string;
}

/**
 * What need not be computed or asked again: small files in a folder, each of which may be deleted at any time. Documents of
 * base images lie by their digest and are checked when read; a layer's record that is wrong costs one compression.
 */
export interface LayerCache {
  document(digest: string): Promise<Buffer | undefined>;
  keepDocument(digest: string, bytes: Buffer): Promise<void>;
  layer(snapshotDigest: string, directory: string): Promise<LayerRecord | undefined>;
  keepLayer(snapshotDigest: string, directory: string, record: LayerRecord): Promise<void>;
  /** Where a layer can be written while it is on its way; one call, one path. */
  temporaryFile(): Promise<string>;
}

/** Changes when the same snapshot becomes other bytes by a change of ours. */
const recipe = 1;
const largestDocument = 16 * 1024 * 1024;
/** Milliseconds; no call takes so long. */
const abandoned = 24 * 3_600_000;

/** @param folder made when needed, readable by the owner only */
export function layerCache(folder: string): LayerCache {
  const documentPath = (digest: string) => join(folder, "documents", `${digest.slice("sha256:".length)}.json`);
  const layerPath = (snapshotDigest: string, directory: string) => {
    const key = createHash("sha256")
      .update(JSON.stringify([recipe, directory, snapshotDigest]))
      .digest("hex");
    return join(folder, "layers", `${key}.json`);
  };
  return {
    async document(digest) {
      const bytes = await readSmall(documentPath(digest));
      return bytes !== undefined && digestOf(bytes) === digest ? bytes : undefined;
    },
    keepDocument: (digest, bytes) => writeWhole(documentPath(digest), bytes),
    async layer(snapshotDigest, directory) {
      const bytes = await readSmall(layerPath(snapshotDigest, directory));
      return bytes === undefined ? undefined : recordOf(bytes);
    },
    keepLayer: (snapshotDigest, directory, record) =>
      writeWhole(layerPath(snapshotDigest, directory), Buffer.from(JSON.stringify(record))),
    async temporaryFile() {
      const incoming = join(folder, "incoming");
      await mkdir(incoming, { recursive: true, mode: 0o700 });
      await sweep(incoming);
      return join(incoming, randomUUID());
    },
  };
}

/** Deletes what calls left that ended with their process. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const about = await stat(path).catch(() => undefined);
    if (about !== undefined && Date.now() - about.mtimeMs > abandoned) await rm(path, { force: true });
  }
}

async function readSmall(path: string): Promise<Buffer | undefined> {
  try {
    if ((await stat(path)).size > largestDocument) return undefined;
    return await readFile(path);
  } catch {
    // Not there, or not readable: what it would have told is found out again.
    return undefined;
  }
}

async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, bytes, { mode: 0o600 });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function recordOf(bytes: Buffer): LayerRecord | undefined {
  try {
    const record: unknown = JSON.parse(bytes.toString("utf8"));
    if (!isRecord(record)) return undefined;
    const { digest, bytes: size, diffId } = record;
    if (typeof digest !== "string" || typeof diffId !== "string" || typeof size !== "number") return undefined;
    if (!isDigest(digest) || !isDigest(diffId) || !Number.isSafeInteger(size) || size < 0) return undefined;
    return { digest, bytes: size, diffId };
  } catch {
    return undefined;
  }
}
