import { type ArchiveContent, type ByteStream, readArchive } from "./read-archive.ts";
import { defaultLimits, type SnapshotLimits } from "./snapshot-limits.ts";

/**
 * Reads an uncompressed tar to its end and checks that it can be unpacked safely; keeps nothing.
 *
 * @throws SnapshotError `archive-refused`: damaged, an absolute path or one with `..`, a link (also a chain of links) that
 *   leaves the root, an entry behind a link, a hard link, a device, a fifo, the same path twice; `archive-too-large`.
 *   Errors of `source` itself pass unchanged.
 */
export async function inspectArchive(
  source: ByteStream,
  limits: SnapshotLimits = defaultLimits,
): Promise<ArchiveContent> {
  return readArchive(source, limits, async () => {});
}
