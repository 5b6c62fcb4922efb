import { constants } from "node:fs";
import { chmod, copyFile, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { SourceEntry } from "./list-sources.ts";

/** Copies the entries, with the modes a checkout has (644, 755), as block clones where the file system can. */
export async function copySources(
  from: string,
  entries: readonly SourceEntry[],
  to: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const entry of [...entries].sort((a, b) => a.path.length - b.path.length)) {
    signal?.throwIfAborted();
    const target = join(to, entry.path);
    if (entry.kind === "directory") await mkdir(target, { mode: 0o755 });
    else if (entry.kind === "link") await symlink(entry.target, target);
    else {
      await copyFile(join(from, entry.path), target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      await chmod(target, entry.executable ? 0o755 : 0o644);
    }
  }
}
