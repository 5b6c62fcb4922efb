import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ImageReference, parseImageReference } from "../registry/image-reference.ts";
import { hasManifest } from "../registry/manifests.ts";
import { type Operation, operation, type RegistryOptions } from "../registry/operation.ts";
import { RegistryError } from "../registry/registry-error.ts";
import { openSession, type Session } from "../registry/session.ts";
import { type BlobOutcome, hasBlob } from "../registry/upload-blob.ts";
import { defaultLimits, type SnapshotLimits } from "../snapshot-limits.ts";
import { baseLayers, type ComposedImage, composeImage, type ImageSettings } from "./compose-image.ts";
import { type LayerCache, type LayerRecord, layerCache } from "./layer-cache.ts";
import { type LoadedImage, loadImage } from "./load-image.ts";
import { fileSource, type PushedLayer, pushBaseLayers, pushImage } from "./push-image.ts";
import { writeLayer } from "./snapshot-layer.ts";

export interface PushOptions extends RegistryOptions, Partial<ImageSettings> {
  /** An uncompressed tar and its digest, as `buildSnapshot` and `snapshotStore` give them. */
  readonly snapshot: { readonly path: string; readonly digest: string };
  /** Image below the snapshot, by tag or digest. */
  readonly base: string;
  /** `registry/prefix/service`, without a tag. */
  readonly target: string;
  /** `linux/amd64` by default. */
  readonly platform?: string;
  readonly limits?: SnapshotLimits;
  /**
   * A folder that is kept between calls: what a snapshot becomes as a layer, and the documents of bases. With it, an unchanged
   * snapshot is not read again. Without one, a folder for this call is used.
   */
  readonly layerCache?: string;
}

export interface PushedImage {
  /** `registry/repository@sha256:…` */
  readonly reference: string;
  readonly digest: string;
  /** Of what `base` stands for; of the index when it is one. */
  readonly baseDigest: string;
  /** All layers, as they travel. */
  readonly bytes: number;
  /** Bytes of layers and documents that went to the target's registry; 0 when the image was there. */
  readonly sent: number;
  readonly layers: readonly PushedLayer[];
}

/** A user that is in no base and has no rights; the number is that of "nonroot" in many bases. */
const usualUser = "65532";
const usualDirectory = "/app";

/**
 * Makes an image of a base and a snapshot, and pushes it. The same snapshot, base and settings give the same digest.
 *
 * Defaults: user 65532, working directory `/app` (where the snapshot lies), no labels, entry point and environment of the base.
 *
 * @throws RegistryError; SnapshotError for a snapshot that is not what its digest says or does not fit into an image; the
 *   signal's reason
 */
export async function pushSnapshotImage(options: PushOptions): Promise<PushedImage> {
  const base = parseImageReference(options.base);
  const target = parseImageReference(options.target);
  if (target.tag !== undefined || target.digest !== undefined)
    throw new RegistryError(
      "invalid-reference",
      `"${options.target.slice(0, 200)}" names one image, not where to push`,
      {
        hint: "write registry/prefix/service, without tag and digest",
      },
    );
  const settings = settingsOf(options);
  const temporary = options.layerCache === undefined ? await mkdtemp(join(tmpdir(), "fairway-image-")) : undefined;
  try {
    const cache = layerCache(options.layerCache ?? temporary ?? "");
    return await operation(options, (running) => push(options, settings, base, target, cache, running));
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

async function push(
  options: PushOptions,
  settings: ImageSettings,
  base: ImageReference,
  target: ImageReference,
  cache: LayerCache,
  running: Operation,
): Promise<PushedImage> {
  const mountable = base.registry === target.registry;
  const from = openSession(base, "pull", running);
  const to = openSession(target, "pull,push", running, mountable ? base.repository : undefined);
  const stop = new AbortController();
  const file = await cache.temporaryFile();
  const directory = settings.workingDir.slice(1);
  const compress = async () => {
    const record = await writeLayer(options.snapshot, directory, file, {
      limits: options.limits ?? defaultLimits,
      signal: AbortSignal.any([running.signal, stop.signal]),
      onProgress: (done, bytes) => running.report({ kind: "compressing", bytes, done }),
    });
    await cache.keepLayer(options.snapshot.digest, directory, record);
    return record;
  };
  let compressing: Promise<LayerRecord> | undefined;
  let bringing: Promise<readonly BlobOutcome[]> | undefined;
  try {
    const known = await cache.layer(options.snapshot.digest, directory);
    if (known === undefined) compressing = compress();
    const loading = loadImage(from, base, options.platform ?? "linux/amd64", cache);
    const nameOf = (loaded: LoadedImage) => `${from.name}@${loaded.digest}`;
    const bringBase = async (loaded: LoadedImage) =>
      pushBaseLayers(to, baseLayers(loaded, nameOf(loaded)), {
        base: from,
        mountable,
        temporaryFile: cache.temporaryFile,
      });
    // A new snapshot makes a new image: while it is compressed, what is below it can be on its way.
    if (compressing !== undefined) bringing = loading.then(bringBase);
    bringing?.catch(() => {});
    // Side by side; when one fails, the others are ended below.
    const [below, fresh] = await Promise.all([loading, compressing]);
    const compose = (layer: LayerRecord) => composeImage(below, layer, settings, nameOf(below));
    const result = (image: ComposedImage, layers: readonly PushedLayer[]): PushedImage => ({
      reference: `${to.name}@${image.manifest.digest}`,
      digest: image.manifest.digest,
      baseDigest: below.digest,
      bytes: image.layers.reduce((sum, { size }) => sum + size, 0),
      sent: to.sent(),
      layers,
    });

    let layer = known ?? fresh ?? (await compress());
    let image = compose(layer);
    let there = hasManifest(to, image.manifest.digest);
    // A new snapshot's image is hardly ever there: the answer is not waited for before its parts are looked for.
    there.catch(() => {});
    if (known !== undefined) {
      if (await there) return result(image, allThere(image));
      if (!(await hasBlob(to, { digest: layer.digest, size: layer.bytes }))) {
        layer = await compress();
        image = compose(layer);
        there = hasManifest(to, image.manifest.digest);
        there.catch(() => {});
      }
    }
    const last = fileSource(file, { digest: layer.digest, size: layer.bytes });
    return result(image, await pushImage(to, image, bringing ?? bringBase(below), last, tagOf(image), there));
  } finally {
    stop.abort();
    await compressing?.catch(() => {});
    close(from, to);
    await bringing?.catch(() => {});
    await rm(file, { force: true });
  }
}

/** Never moves: it is made of the digest, and there only because some registries clear away images without a tag. */
function tagOf(image: ComposedImage): string {
  return `fairway-${image.manifest.digest.slice("sha256:".length, "sha256:".length + 32)}`;
}

function allThere(image: ComposedImage): readonly PushedLayer[] {
  return image.layers.map(({ digest, size }) => ({ digest, bytes: size, outcome: "exists" }));
}

function close(...sessions: readonly Session[]): void {
  for (const session of sessions) session.close();
}

function settingsOf(options: PushOptions): ImageSettings {
  const workingDir = options.workingDir ?? usualDirectory;
  const user = options.user ?? usualUser;
  const refuse = (what: string, hint: string) => new RegistryError("unsupported", what, { hint });
  if (!/^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(workingDir))
    throw refuse(`"${workingDir.slice(0, 100)}" cannot be the working directory`, "use an absolute path such as /app");
  if (!/^\d{1,10}(:\d{1,10})?$/.test(user) || /^0+(:|$)/.test(user))
    throw refuse(
      `"${user.slice(0, 100)}" cannot be the user`,
      "use a number other than 0, which is checked before the start",
    );
  return {
    command: options.command,
    args: options.args,
    user,
    workingDir,
    env: options.env ?? {},
    labels: options.labels ?? {},
    annotations: options.annotations ?? {},
  };
}
