import { existsSync } from "node:fs";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ImageError, type PulledImage } from "../container-runtime.ts";

/** Unpacks a tar into a folder that appears whole or not at all; leaves one that is there alone. */
export type Unpack = (
  tarPath: string,
  directory: string,
  options: { readonly signal?: AbortSignal },
) => Promise<unknown>;

export interface ImageStore {
  /** The unpacked folder; undefined when it is not there. */
  folder(image: string): string | undefined;
  pull(image: string, signal: AbortSignal): Promise<PulledImage>;
  /** Deletes unpacked images that no pod uses and whose snapshot is gone. */
  sweep(used: ReadonlySet<string>): Promise<void>;
}

const SNAPSHOT = /^snapshot\.fairway\.dev\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*@sha256:([0-9a-f]{64})$/;
/** Roughly the grammar of github.com/distribution/reference. */
const REFERENCE =
  /^(?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[a-z0-9]+:[0-9a-fA-F]{32,})?$/;

/**
 * Images are snapshots: `snapshot.fairway.dev/<service>@sha256:<hex>` is `<snapshots>/<hex>.tar`, unpacked once into `<directory>/<hex>`.
 */
export function createImageStore(directory: string, snapshots: string, unpack: Unpack): ImageStore {
  const unpacking = new Map<string, Promise<unknown>>();
  const folderOf = (hex: string): string => join(directory, hex);
  return {
    folder(image) {
      const hex = SNAPSHOT.exec(image)?.[1];
      return hex !== undefined && existsSync(folderOf(hex)) ? folderOf(hex) : undefined;
    },
    async pull(image) {
      const hex = SNAPSHOT.exec(image)?.[1];
      if (hex === undefined) throw notASnapshot(image);
      const tar = join(snapshots, `${hex}.tar`);
      const size = await stat(tar).then(
        (found) => found.size,
        () => undefined,
      );
      await endPackageScope(directory);
      if (!existsSync(folderOf(hex))) {
        const failed = `failed to pull and unpack image "${image}"`;
        if (size === undefined) {
          throw new ImageError(
            "ErrImagePull",
            `${failed}: failed to resolve reference "${image}": ${image}: not found`,
          );
        }
        // One that waits may leave; the work is for all that wait.
        const work = unpacking.get(hex) ?? unpack(tar, folderOf(hex), {}).finally(() => unpacking.delete(hex));
        unpacking.set(hex, work);
        try {
          await work;
        } catch (error) {
          throw new ImageError("ErrImagePull", `${failed}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      return { id: image, size: size ?? 0 };
    },
    async sweep(used) {
      const inUse = new Set([...used].map((image) => SNAPSHOT.exec(image)?.[1]));
      for (const name of await readdir(directory).catch(() => [])) {
        if (!/^[0-9a-f]{64}$/.test(name) || inUse.has(name) || existsSync(join(snapshots, `${name}.tar`))) continue;
        await rm(folderOf(name), { recursive: true, force: true });
      }
    },
  };
}

/**
 * Node asks the nearest package.json above a file what kind of module it is (nodejs.org/api/packages.html, "Determining
 * module system"). Without one in the snapshot that must not be one of the folders that the cluster happens to lie in.
 */
async function endPackageScope(directory: string): Promise<void> {
  const file = join(directory, "package.json");
  if (existsSync(file)) return;
  await mkdir(directory, { recursive: true });
  await writeFile(file, "{}\n");
}

function notASnapshot(image: string): ImageError {
  if (!REFERENCE.test(image)) {
    const why = `couldn't parse image name "${image}": invalid reference format`;
    return new ImageError("InvalidImageName", `Failed to apply default image tag "${image}": ${why}`);
  }
  return new ImageError(
    "ErrImagePull",
    `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found: ` +
      "this cluster runs snapshots only (snapshot.fairway.dev/<service>@sha256:<digest>)",
  );
}
