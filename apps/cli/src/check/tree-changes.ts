import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** State of each file below a folder, by its path relative to it. */
export type Tree = ReadonlyMap<string, string>;

export async function treeOf(folder: string): Promise<Tree> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const about = await lstat(path, { bigint: true }).catch(() => undefined);
    if (about !== undefined) found.set(path.slice(folder.length + 1), `${about.size} ${about.mtimeNs}`);
  }
  return found;
}

/** Files that are new or changed. What Python compiles is no loss: it does without where it cannot write. */
export function changedFiles(before: Tree, after: Tree): readonly string[] {
  return [...after]
    .filter(([path, state]) => before.get(path) !== state && !/(^|\/)__pycache__\//.test(path))
    .map(([path]) => path)
    .toSorted();
}
