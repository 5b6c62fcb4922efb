import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { type IgnoreRules, ignoreRules } from "@fairway/images";
import { type FileFact, type FolderFacts, filledFolders, wantsText } from "@fairway/intake";
import { CommandFailure, exitCode } from "../command-failure.ts";
import type { Shell } from "../terminal/shell.ts";

/** A folder of more files is no service's; what lies deepest is left out. */
const mostFiles = 20_000;
/** Of all texts together, in bytes. */
const mostText = 16 * 1024 * 1024;

/**
 * What `init` and `check` know of a folder: what git does not ignore, nearer folders first, and the content of files that matter.
 *
 * @param where as the user wrote it
 */
export async function readFolder(
  shell: Shell,
  where: string,
): Promise<{ readonly folder: string; readonly facts: FolderFacts }> {
  const given = resolve(shell.folder, where);
  const about = await stat(given).catch(() => undefined);
  if (about?.isDirectory() !== true)
    throw new CommandFailure("folder-missing", `${where} is not a folder.`, {
      exitCode: exitCode.usage,
      advice: "name the folder of a service",
    });
  const folder = await realpath(given);
  const files: FileFact[] = [];
  let text = 0;
  let open: readonly { readonly path: string; readonly outer: IgnoreRules }[] = [
    { path: "", outer: await ignoreRules(folder) },
  ];
  let truncated = false;
  while (open.length > 0 && !truncated) {
    const next: { path: string; outer: IgnoreRules }[] = [];
    for (const { path: directory, outer } of open) {
      const rules = await outer.enter(directory);
      const entries = await readdir(join(folder, directory), { withFileTypes: true }).catch(() => []);
      for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
        const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
        if (filledFolders.has(entry.name) || rules.ignores(entry.isDirectory() ? `${path}/` : path)) continue;
        if (entry.isDirectory()) next.push({ path, outer: rules });
        if (!entry.isFile()) continue;
        if (files.length >= mostFiles) truncated = true;
        else {
          const fact = await readFact(folder, path, mostText - text);
          files.push(fact);
          text += fact.text?.length ?? 0;
        }
      }
    }
    open = next;
  }
  return { folder, facts: { name: basename(folder), files, truncated } };
}

async function readFact(folder: string, path: string, room: number): Promise<FileFact> {
  const size = await stat(join(folder, path)).then(
    (file) => file.size,
    () => 0,
  );
  if (size > room || !wantsText(path, size)) return { path, size };
  const bytes = await readFile(join(folder, path)).catch(() => undefined);
  // What has a NUL is no text, whatever its name says.
  return bytes === undefined || bytes.includes(0) ? { path, size } : { path, size, text: bytes.toString("utf8") };
}
