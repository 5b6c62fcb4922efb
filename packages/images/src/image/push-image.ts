import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { fetchBlob } from "../registry/download-blob.ts";
import { writeManifest } from "../registry/manifests.ts";
import type { RegistryProgress } from "../registry/operation.ts";
import type { Session } from "../registry/session.ts";
import { type BlobOutcome, type BlobSource, hasBlob, mountBlob, sendBlob } from "../registry/upload-blob.ts";
import type { ComposedImage } from "./compose-image.ts";
import type { Descriptor } from "./image-document.ts";

/** One layer of a pushed image. */
export interface PushedLayer {
  readonly digest: string;
  /** As it travels. */
  readonly bytes: number;
  readonly outcome: BlobOutcome;
}

/** Where a base's layers come from. */
export interface BaseSources {
  /** The base's repository. */
  readonly base: Session;
  /** Base and target share a registry: layers can be mounted. */
  readonly mountable: boolean;
  /** Where a layer lies while it travels between registries. */
  readonly temporaryFile: () => Promise<string>;
}

/**
 * Brings a base's layers into a repository; what is there already is not sent. One that has to be copied is written to a
 * file, checked, and sent from there.
 */
export function pushBaseLayers(
  target: Session,
  layers: readonly Descriptor[],
  sources: BaseSources,
): Promise<readonly BlobOutcome[]> {
  return Promise.all(layers.map((layer) => pushBaseLayer(target, layer, sources)));
}

/**
 * Brings an image's last layer, its configuration and then its manifest into a repository; what is there already is not sent.
 *
 * @param base the layers of the base, on their way or there
 * @param there whether the manifest is in the repository, with everything that it names: then it is not written again
 * @param tag under which the manifest is kept beside its digest, so that a registry which clears away what has no tag keeps it
 */
export async function pushImage(
  target: Session,
  image: ComposedImage,
  base: Promise<readonly BlobOutcome[]>,
  last: BlobSource,
  tag: string,
  there: Promise<boolean>,
): Promise<readonly PushedLayer[]> {
  const { digest, bytes } = image.config;
  const config: BlobSource = {
    digest,
    size: bytes.length,
    async *open(start, end) {
      yield bytes.subarray(start, end);
    },
  };
  const [below, own] = await Promise.all([base, pushBlob(target, last), pushBlob(target, config)]);
  const outcomes = [...below, own];
  if (!(await there)) await writeManifest(target, tag, image.manifest);
  return image.layers.map(({ digest, size }, index) => ({ digest, bytes: size, outcome: outcomes[index] ?? "exists" }));
}

/** A file as the source of a blob. */
export function fileSource(
  path: string,
  { digest, size }: { readonly digest: string; readonly size: number },
): BlobSource {
  return {
    digest,
    size,
    async *open(start, end) {
      if (end === start) return;
      for await (const chunk of createReadStream(path, { start, end: end - 1, highWaterMark: 256 * 1024 }))
        if (chunk instanceof Uint8Array) yield chunk;
    },
  };
}

async function pushBlob(target: Session, blob: BlobSource): Promise<BlobOutcome> {
  if (await hasBlob(target, blob)) return told(target, blob, "exists");
  await sendBlob(target, blob, (done) => report(target, blob, "sending", done));
  return told(target, blob, "sent");
}

async function pushBaseLayer(target: Session, layer: Descriptor, sources: BaseSources): Promise<BlobOutcome> {
  if (await hasBlob(target, layer)) return told(target, layer, "exists");
  if (sources.mountable && (await mountBlob(target, layer, sources.base.repository)))
    return told(target, layer, "mounted");
  const path = await sources.temporaryFile();
  try {
    await fetchBlob(sources.base, layer, path, (done) => report(target, layer, "fetching", done));
    await sendBlob(target, fileSource(path, layer), (done) => report(target, layer, "sending", done));
    return told(target, layer, "sent");
  } finally {
    await rm(path, { force: true });
  }
}

function told<T extends BlobOutcome>(
  target: Session,
  blob: { readonly digest: string; readonly size: number },
  state: T,
): T {
  report(target, blob, state, blob.size);
  return state;
}

function report(
  target: Session,
  { digest, size }: { readonly digest: string; readonly size: number },
  state: Extract<RegistryProgress, { kind: "layer" }>["state"],
  done: number,
): void {
  target.operation.report({ kind: "layer", digest, bytes: size, done, state });
}
