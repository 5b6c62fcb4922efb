import { createReadStream } from "node:fs";
import { access, chmod, mkdir, mkdtemp, open, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type ArchiveContent, readArchive } from "./read-archive.ts";
import { defaultLimits, type SnapshotLimits } from "./snapshot-limits.ts";

/**
 * Unpacks a stored tar into `directory`, which appears whole or not at all; one that is there already is left alone.
 * Checks the archive as `inspectArchive` does. Files get mode 644 or 755, directories 755.
 *
 * @throws SnapshotError `archive-refused`, `archive-too-large`
 */
export async function unpackSnapshot(
  tarPath: string,
  directory: string,
  options: { readonly limits?: SnapshotLimits; readonly signal?: AbortSignal } = {},
): Promise<ArchiveContent | undefined> {
  if (await exists(directory)) return undefined;
  await mkdir(dirname(directory), { recursive: true });
  const temporary = await mkdtemp(join(dirname(directory), `.${basename(directory)}-`));
  try {
    const links: { readonly path: string; readonly target: string }[] = [];
    const source = createReadStream(tarPath, options.signal === undefined ? {} : { signal: options.signal });
    const content = await readArchive(source, options.limits ?? defaultLimits, async (entry, bytes, executable) => {
      const path = join(temporary, entry.path);
      if (entry.kind === "directory") {
        await mkdir(path, { recursive: true, mode: 0o755 });
      } else if (entry.kind === "link") {
        links.push({ path, target: entry.target });
      } else {
        await mkdir(dirname(path), { recursive: true, mode: 0o755 });
        const file = await open(path, "wx", executable ? 0o755 : 0o644);
        try {
          for await (const chunk of bytes) await file.writeFile(chunk);
          await file.chmod(executable ? 0o755 : 0o644);
        } finally {
          await file.close();
        }
      }
    });
    // Links come last, when the whole archive has been checked: no write of ours can pass through one.
    for (const link of links) {
      await mkdir(dirname(link.path), { recursive: true, mode: 0o755 });
      await symlink(link.target, link.path);
    }
    await chmod(temporary, 0o755);
    await rename(temporary, directory);
    return content;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Somebody else unpacked the same digest in the meantime.
    if (isCode(error, "ENOTEMPTY", "EEXIST") && (await exists(directory))) return undefined;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.some((code) => error.code === code);
}
