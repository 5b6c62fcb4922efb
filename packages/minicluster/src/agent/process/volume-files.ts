import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { type ContainerMount, StartError } from "../container-runtime.ts";
import type { VolumeContent } from "../volumes/volume-content.ts";

/** The link that is swapped; all files are reached through it, so that they change together (kubelet's `AtomicWriter`). */
const CURRENT = "..data";

/**
 * Puts content into the folder of a volume. Files of a change appear at once and together.
 *
 * @param stamp names the new files' folder; different for each call
 */
export function writeVolumeFiles(folder: string, content: VolumeContent, stamp: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (content.kind !== "files") return;
  const next = `..${stamp}`;
  const previous = readdirSync(folder).filter((name) => name.startsWith("..") && name !== CURRENT);
  mkdirSync(join(folder, next));
  for (const [path, { data, mode }] of content.files) {
    const file = join(folder, next, inside(path));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, data);
    chmodSync(file, mode);
  }
  // A kill may have left it.
  rmSync(join(folder, "..data_tmp"), { force: true });
  symlinkSync(next, join(folder, "..data_tmp"));
  renameSync(join(folder, "..data_tmp"), join(folder, CURRENT));
  const names = new Set([...content.files.keys()].map((path) => inside(path).split("/")[0] ?? ""));
  for (const name of names) {
    if (!existsSync(join(folder, name))) symlinkSync(join(CURRENT, name), join(folder, name));
  }
  for (const name of readdirSync(folder)) {
    if (!name.startsWith("..") && !names.has(name)) rmSync(join(folder, name), { force: true, recursive: true });
  }
  for (const name of previous) rmSync(join(folder, name), { force: true, recursive: true });
}

/**
 * Makes the folder under which a container finds its mounts: `<root><mountPath>`. Links, not mounts: a process has no file system of
 * its own. Throws `StartError` when there is something else at the place of a mount.
 *
 * @param volumes folder of the pod's volumes
 */
export function linkMounts(root: string, mounts: readonly ContainerMount[], volumes: string): void {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true, mode: 0o700 });
  // A mount within a mount comes after it.
  for (const { path, volume, subPath } of mounts.toSorted((a, b) => a.path.length - b.path.length)) {
    const folder = join(volumes, volume);
    if (!existsSync(folder)) continue;
    const place = join(root, inside(path));
    mkdirSync(dirname(place), { recursive: true });
    // A mount within an emptyDir is a link in it, from the container's last start.
    if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(place);
    if (existsSync(place)) throw new StartError(`mount path ${JSON.stringify(path)} is taken by another volume`);
    if (subPath === undefined || subPath === "") {
      symlinkSync(folder, place);
      continue;
    }
    const source = join(folder, inside(subPath));
    // As with a real mount, one file of a ConfigMap stays as it was when the container started.
    if (existsSync(join(folder, CURRENT))) {
      if (!existsSync(source)) throw new StartError(`subPath ${JSON.stringify(subPath)} is not in the volume`);
      cpSync(realpathSync(source), place, { recursive: true });
    } else {
      mkdirSync(source, { recursive: true });
      symlinkSync(source, place);
    }
  }
}

/** A path that does not lead out of the folder it is joined to. */
function inside(path: string): string {
  return relative("/", normalize(join("/", path)));
}
