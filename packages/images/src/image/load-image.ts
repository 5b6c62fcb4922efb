import { readBlob } from "../registry/download-blob.ts";
import type { ImageReference } from "../registry/image-reference.ts";
import { digestOf, readManifest, readTag } from "../registry/manifests.ts";
import type { Session } from "../registry/session.ts";
import { fitsPlatform, type Manifest, parseDocument, parseJson, platformName, unsupported } from "./image-document.ts";
import type { LayerCache } from "./layer-cache.ts";

/** An image for one platform, and how it was named. */
export interface LoadedImage {
  /** Of what the reference names: of the index when it is one. */
  readonly digest: string;
  readonly mediaType: string;
  /** All that there are. */
  readonly platforms: readonly string[];
  /** Of the platform asked for. */
  readonly manifest: Manifest;
  /** Its configuration, unchecked but for the platform. */
  readonly config: Record<string, unknown>;
}

/** No image's configuration comes near; what is larger is no configuration. */
const longestConfig = 8 * 1024 * 1024;

/**
 * Reads an image's documents. What is named by a digest is taken from the cache when it is there.
 *
 * @param platform `linux/amd64`
 * @throws RegistryError
 */
export async function loadImage(
  session: Session,
  reference: ImageReference,
  platform: string,
  cache?: LayerCache,
): Promise<LoadedImage> {
  const digest = reference.digest ?? (await cachedTag(session, reference.tag ?? "latest", cache));
  const top = await readDocument(session, digest ?? reference.tag ?? "latest", cache);
  const where = `${session.name}@${top.digest}`;
  if (top.document.kind === "manifest") {
    const { config, platforms } = await readConfig(session, top.document, cache);
    if (!platforms.some((name) => fitsPlatform(name, platform))) throw otherPlatform(where, platform, platforms);
    return { digest: top.digest, mediaType: top.document.mediaType, platforms, manifest: top.document, config };
  }
  const platforms = top.document.manifests.flatMap((entry) => entry.platform ?? []);
  const entries = top.document.manifests;
  const entry =
    entries.find((one) => one.platform === platform) ??
    entries.find((one) => one.platform !== undefined && fitsPlatform(one.platform, platform));
  if (entry === undefined) throw otherPlatform(where, platform, platforms);
  const { document: manifest } = await readDocument(session, entry.digest, cache);
  if (manifest.kind === "index") throw unsupported(where, "is an index of indexes", "name the inner one");
  const { config } = await readConfig(session, manifest, cache);
  return { digest: top.digest, mediaType: top.document.mediaType, platforms, manifest, config };
}

/** With a cache, HEAD is enough to learn whether the documents are there already. */
async function cachedTag(session: Session, tag: string, cache: LayerCache | undefined): Promise<string | undefined> {
  if (cache === undefined) return undefined;
  const digest = await readTag(session, tag);
  return digest !== undefined && (await cache.document(digest)) !== undefined ? digest : undefined;
}

async function readDocument(session: Session, reference: string, cache: LayerCache | undefined) {
  const kept = reference.startsWith("sha256:") ? await cache?.document(reference) : undefined;
  if (kept !== undefined)
    return { digest: reference, document: parseDocument(kept, "", `${session.name}@${reference}`) };
  const { digest, mediaType, bytes } = await readManifest(session, reference);
  const document = parseDocument(bytes, mediaType, `${session.name}@${digest}`);
  await cache?.keepDocument(digest, bytes);
  return { digest, document };
}

async function readConfig(session: Session, manifest: Manifest, cache: LayerCache | undefined) {
  const { digest } = manifest.config;
  const kept = await cache?.document(digest);
  const bytes = kept ?? (await readBlob(session, manifest.config, longestConfig));
  const config = parseJson(bytes, `${session.name}@${digest}`);
  if (kept === undefined) await cache?.keepDocument(digestOf(bytes), bytes);
  const platform = platformName(config);
  return { config, platforms: platform === undefined ? [] : [platform] };
}

function otherPlatform(where: string, wanted: string, there: readonly string[]) {
  return unsupported(
    where,
    `has nothing for ${wanted}; it is for ${there.length === 0 ? "no platform that we know" : there.slice(0, 10).join(", ")}`,
    `use an image that is also built for ${wanted}`,
  );
}
