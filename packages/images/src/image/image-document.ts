import type { BlobDescriptor } from "../registry/download-blob.ts";
import { isDigest } from "../registry/image-reference.ts";
import { isRecord } from "../registry/is-record.ts";
import { RegistryError } from "../registry/registry-error.ts";

/** OCI image specification, "Content Descriptors". */
export interface Descriptor extends BlobDescriptor {
  readonly mediaType: string;
}

export interface Manifest {
  readonly kind: "manifest";
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

export interface Index {
  readonly kind: "index";
  readonly mediaType: string;
  readonly manifests: readonly (Descriptor & {
    /** `linux/amd64`; undefined for what is no image to run. */ readonly platform: string | undefined;
  })[];
}

export const ociManifest = "application/vnd.oci.image.manifest.v1+json";
export const ociConfig = "application/vnd.oci.image.config.v1+json";
const manifestTypes = [ociManifest, "application/vnd.docker.distribution.manifest.v2+json"];
const indexTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];
/** Also with `prettyjws` behind the `+`. */
const firstSchema = "application/vnd.docker.distribution.manifest.v1+";
const configTypes = [ociConfig, "application/vnd.docker.container.image.v1+json"];

/**
 * Reads a manifest or index, of OCI or of Docker's second schema.
 *
 * @param where for messages: `registry/repository@digest`
 * @param told media type of the answer, "" when there was none; what document and answer say must agree
 * @throws RegistryError `invalid-answer`, `unsupported`
 */
export function parseDocument(bytes: Buffer, told: string, where: string): Manifest | Index {
  const document = parseJson(bytes, where);
  if (document["schemaVersion"] === 1 || told.startsWith(firstSchema))
    throw unsupported(where, "is an image of Docker's first schema", "push the image again with a tool of this decade");
  const own = document["mediaType"];
  const named = typeof own === "string" && own !== "" ? own : told;
  const hasManifests = Array.isArray(document["manifests"]);
  const hasLayers = Array.isArray(document["layers"]);
  const isType = (types: readonly string[]) => types.includes(named);
  // One document must not be read as two things by two readers (CVE-2021-41190).
  if ((hasManifests && hasLayers) || (isType(manifestTypes) && hasManifests) || (isType(indexTypes) && hasLayers))
    throw invalid(where, "is manifest and index at once");
  if (typeof own === "string" && told !== own && [...manifestTypes, ...indexTypes].includes(told))
    throw invalid(where, `says that it is ${own}, the registry says ${told}`);

  if (hasManifests)
    return {
      kind: "index",
      mediaType: isType(indexTypes) ? named : "application/vnd.oci.image.index.v1+json",
      manifests: indexEntries(document, where),
    };
  if (!hasLayers) throw unsupported(where, "is no image", "name an image, not another artifact");
  const config = descriptor(document["config"], where);
  if (!configTypes.includes(config.mediaType))
    throw unsupported(
      where,
      `is no image, but ${config.mediaType.slice(0, 100)}`,
      "name an image, not another artifact",
    );
  return {
    kind: "manifest",
    mediaType: isType(manifestTypes) ? named : ociManifest,
    config,
    layers: list(document["layers"]).map((layer) => descriptor(layer, where)),
  };
}

/** A JSON object, or an error that says whose. */
export function parseJson(bytes: Buffer, where: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(bytes.toString("utf8"));
    if (isRecord(document)) return document;
  } catch {
    // Told below.
  }
  throw invalid(where, "is no JSON object");
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `linux/arm64/v8`: `os`, `architecture` and `variant`, as tools write them. */
export function platformName(of: Record<string, unknown>): string | undefined {
  const { os, architecture, variant } = of;
  if (typeof os !== "string" || typeof architecture !== "string") return undefined;
  const name =
    typeof variant === "string" && variant !== "" ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
  return /^[\w.-]+(\/[\w.-]+){1,2}$/.test(name) && os !== "unknown" ? name : undefined;
}

/** `linux/arm64` takes also `linux/arm64/v8`, the only one there is. */
export function fitsPlatform(name: string, wanted: string): boolean {
  return name === wanted || (name.startsWith("linux/arm64") && wanted.startsWith("linux/arm64"));
}

/** Bytes of the layers as they travel. */
export function layerBytes(manifest: Manifest): number {
  return manifest.layers.reduce((sum, { size }) => sum + size, 0);
}

export function invalid(where: string, what: string): RegistryError {
  return new RegistryError("invalid-answer", `${where} ${what}`, { hint: "the image is damaged; push it again" });
}

export function unsupported(where: string, what: string, hint: string): RegistryError {
  return new RegistryError("unsupported", `${where} ${what}`, { hint });
}

function indexEntries(document: Record<string, unknown>, where: string): Index["manifests"] {
  return list(document["manifests"]).map((entry) => {
    const platform = isRecord(entry) ? entry["platform"] : undefined;
    return { ...descriptor(entry, where), platform: isRecord(platform) ? platformName(platform) : undefined };
  });
}

function descriptor(value: unknown, where: string): Descriptor {
  if (!isRecord(value)) throw invalid(where, "has a descriptor that is no object");
  const { mediaType, digest, size } = value;
  if (typeof mediaType !== "string" || typeof digest !== "string" || typeof size !== "number")
    throw invalid(where, "has a descriptor without type, digest or size");
  if (!isDigest(digest))
    throw unsupported(where, "has a digest that is not sha256", "push the image with sha256 digests");
  if (!Number.isSafeInteger(size) || size < 0) throw invalid(where, "has a size that is no number of bytes");
  return { mediaType, digest, size };
}
