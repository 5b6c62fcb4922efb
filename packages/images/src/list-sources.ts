import { lstatSync, type Stats } from "node:fs";
import { readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type IgnoreRules, ignoreRules } from "./ignore-rules.ts";
import { SnapshotError } from "./snapshot-error.ts";

export type SourceEntry =
  | { readonly kind: "file"; readonly path: string; readonly size: number; readonly executable: boolean }
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "link"; readonly path: string; readonly target: string };

/** So many files are looked at in one turn of the event loop. */
const oneTurn = 256;

/** Never content: git's own data, and what only the build may bring. */
const neverSources = new Set([".git", "node_modules"]);

/**
 * The files of a folder that git does not ignore, without `.git` and `node_modules`. Directories are there as far as they
 * hold something, as in a checkout. Not sorted.
 *
 * @param folder absolute, without links
 * @throws SnapshotError `file-refused` for a device, a socket or a fifo
 */
export async function listSources(folder: string, mostEntries: number): Promise<readonly SourceEntry[]> {
  return listFolder(folder, mostEntries, { rules: await ignoreRules(folder), emptyDirectories: false });
}

/** Everything in a folder, for the copy after a build. Not sorted. */
export async function listBuilt(folder: string, mostEntries: number): Promise<readonly SourceEntry[]> {
  return listFolder(folder, mostEntries, { rules: undefined, emptyDirectories: true });
}

async function listFolder(
  folder: string,
  mostEntries: number,
  options: { readonly rules: IgnoreRules | undefined; readonly emptyDirectories: boolean },
): Promise<readonly SourceEntry[]> {
  const found: SourceEntry[] = [];

  async function walk(directory: string, outer: IgnoreRules | undefined): Promise<boolean> {
    const rules = await outer?.enter(directory);
    let holdsSomething = false;
    const names = (await readdir(join(folder, directory))).filter(
      (name) => rules === undefined || !neverSources.has(name),
    );
    for (const [index, name] of names.entries()) {
      const path = directory === "" ? name : `${directory}/${name}`;
      const about = look(join(folder, path), path);
      // Others get their turn in a large folder too.
      if (index % oneTurn === oneTurn - 1) await setImmediate();
      if (rules?.ignores(about.isDirectory() ? `${path}/` : path)) continue;
      if (found.length >= mostEntries)
        throw new SnapshotError("snapshot-too-large", `more than ${mostEntries.toLocaleString("en")} files`);
      if (about.isDirectory()) {
        const at = found.length;
        const full = await walk(path, rules);
        if (!full && !options.emptyDirectories) continue;
        found.splice(at, 0, { kind: "directory", path });
      } else if (about.isSymbolicLink()) {
        found.push({ kind: "link", path, target: await readlink(join(folder, path)) });
      } else if (about.isFile()) {
        found.push({ kind: "file", path, size: about.size, executable: (about.mode & 0o100) !== 0 });
      } else {
        const kind = about.isSocket() ? "a socket" : about.isFIFO() ? "a fifo" : "a device";
        throw new SnapshotError("file-refused", `${path}: is ${kind}; only files, directories and links can be sent`, {
          path,
        });
      }
      holdsSomething = true;
    }
    return holdsSomething;
  }

  await walk("", options.rules);
  return found;
}

/** Not asynchronous: the way to a thread and back takes several times as long as the look. */
function look(at: string, path: string): Stats {
  try {
    return lstatSync(at);
  } catch {
    throw new SnapshotError("file-refused", `${path}: cannot be read, or has a name that is not UTF-8`, { path });
  }
}
