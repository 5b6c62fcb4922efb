import { isRecord } from "../registry/is-record.ts";
import { digestOf, type StoredDocument } from "../registry/manifests.ts";
import { RegistryError } from "../registry/registry-error.ts";
import { type Descriptor, invalid, layerBytes, list, ociConfig, ociManifest, unsupported } from "./image-document.ts";
import type { LayerRecord } from "./layer-cache.ts";
import type { LoadedImage } from "./load-image.ts";

/** How the container starts, and what the image says of itself. */
export interface ImageSettings {
  /** Replaces the base's entry point and its arguments. */
  readonly command?: readonly string[] | undefined;
  /** Replaces the base's arguments. */
  readonly args?: readonly string[] | undefined;
  /** `uid` or `uid:gid`. */
  readonly user: string;
  /** Absolute. */
  readonly workingDir: string;
  /** Added to the base's; same names replace. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the configuration. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of the manifest. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** An image that can be pushed: two documents and the layers that they name. */
export interface ComposedImage {
  readonly manifest: StoredDocument;
  readonly config: StoredDocument;
  readonly layers: readonly Descriptor[];
}

/** Of whatever has a time; what an image depends on is in it, not when. */
const never = "1970-01-01T00:00:00Z";
/** OCI image specification, "Pre-Defined Annotation Keys": of the image whose layers come first. */
const baseAnnotation = "org.opencontainers.image.base.digest";
const gzipLayer = "application/vnd.oci.image.layer.v1.tar+gzip";
/** Docker's layers are the same bytes under another name; foreign layers may not be copied and are not taken. */
const layerTypes: ReadonlyMap<string, string> = new Map([
  ["application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.image.layer.v1.tar"],
  ["application/vnd.oci.image.layer.v1.tar+gzip", gzipLayer],
  ["application/vnd.oci.image.layer.v1.tar+zstd", "application/vnd.oci.image.layer.v1.tar+zstd"],
  ["application/vnd.docker.image.rootfs.diff.tar", "application/vnd.oci.image.layer.v1.tar"],
  ["application/vnd.docker.image.rootfs.diff.tar.gzip", gzipLayer],
]);
/** A layer lies on our disk on its way to another registry; images with whole driver stacks in them have some 10 GB. */
const largestBase = 16 * 1024 ** 3;
/** Runtimes take no more: Docker's `MaxLayerDepth` is 128, our own included. */
const mostLayers = 127;
/** Of the base's configuration: what a runtime looks at and we do not set. Health checks and triggers are Docker's own. */
const keptOfBase = ["ExposedPorts", "Volumes", "StopSignal"];

/**
 * The layers of a base as they will be in an image on it.
 *
 * @param where of the base, for messages
 * @throws RegistryError `unsupported`, `too-large` for a base that cannot be one
 */
export function baseLayers(base: LoadedImage, where: string): readonly Descriptor[] {
  if (base.manifest.layers.length > mostLayers)
    throw unsupported(
      where,
      `has ${base.manifest.layers.length} layers, more than ${mostLayers}`,
      "use a base with fewer",
    );
  if (layerBytes(base.manifest) > largestBase)
    throw new RegistryError(
      "too-large",
      `${where} has layers of ${layerBytes(base.manifest)} bytes, more than ${largestBase}`,
      {
        hint: "use a smaller base",
      },
    );
  return base.manifest.layers.map(({ mediaType, digest, size }) => {
    const type = layerTypes.get(mediaType);
    if (type === undefined)
      throw unsupported(where, `has a layer of type ${mediaType.slice(0, 100)}`, "use a base with ordinary layers");
    return { mediaType: type, digest, size };
  });
}

/**
 * Base and layer as one image. Equal arguments give equal bytes: members in a fixed order, names sorted, no time.
 *
 * @param where of the base, for messages
 * @throws RegistryError `invalid-answer`, `unsupported`, `too-large` for a base that cannot be one
 */
export function composeImage(
  base: LoadedImage,
  layer: LayerRecord,
  settings: ImageSettings,
  where: string,
): ComposedImage {
  const layers = [...baseLayers(base, where), { mediaType: gzipLayer, digest: layer.digest, size: layer.bytes }];

  const config = document(ociConfig, configOf(base, layer, settings, where));
  const manifest = document(ociManifest, {
    schemaVersion: 2,
    mediaType: ociManifest,
    config: { mediaType: ociConfig, digest: config.digest, size: config.bytes.length },
    layers,
    annotations: sorted({ ...settings.annotations, [baseAnnotation]: base.digest }),
  });
  return { manifest, config, layers };
}

function configOf(base: LoadedImage, layer: LayerRecord, settings: ImageSettings, where: string) {
  const { rootfs, history, architecture, os, variant } = base.config;
  const diffIds = strings(isRecord(rootfs) ? rootfs["diff_ids"] : undefined);
  if (diffIds.length !== base.manifest.layers.length)
    throw invalid(where, `has ${base.manifest.layers.length} layers, and a configuration for ${diffIds.length}`);
  const old = isRecord(base.config["config"]) ? base.config["config"] : {};
  const kept = keptOfBase.flatMap((name) => (old[name] === undefined || old[name] === null ? [] : [[name, old[name]]]));
  const entrypoint = settings.command ?? strings(old["Entrypoint"]);
  const cmd = settings.args ?? (settings.command === undefined ? strings(old["Cmd"]) : []);
  const oldLabels = isRecord(old["Labels"]) ? old["Labels"] : {};
  return {
    created: never,
    architecture,
    os,
    ...(variant === undefined ? {} : { variant }),
    ...("os.version" in base.config ? { "os.version": base.config["os.version"] } : {}),
    ...("os.features" in base.config ? { "os.features": base.config["os.features"] } : {}),
    config: {
      User: settings.user,
      Env: environment(strings(old["Env"]), settings.env),
      ...(entrypoint.length === 0 ? {} : { Entrypoint: entrypoint }),
      ...(cmd.length === 0 ? {} : { Cmd: cmd }),
      WorkingDir: settings.workingDir,
      Labels: sorted({ ...oldLabels, ...settings.labels }),
      ...Object.fromEntries(kept),
    },
    rootfs: { type: "layers", diff_ids: [...diffIds, layer.diffId] },
    history: [...historyOf(history, diffIds.length), { created: never, created_by: `fairway: ${settings.workingDir}` }],
  };
}

/** The base's own, when it tells of as many layers as there are; else as many lines that tell nothing. */
function historyOf(history: unknown, layers: number): readonly unknown[] {
  const lines = list(history).filter(isRecord);
  const filled = lines.filter((line) => line["empty_layer"] !== true);
  return filled.length === layers ? lines : Array.from({ length: layers }, () => ({ created: never }));
}

function environment(base: readonly string[], own: Readonly<Record<string, string>>): readonly string[] {
  const kept = base.filter((line) => !(line.slice(0, line.indexOf("=")) in own));
  return [...kept, ...Object.entries(sorted(own)).map(([name, value]) => `${name}=${value}`)];
}

function sorted<T>(of: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(of).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function strings(value: unknown): readonly string[] {
  return list(value).filter((one) => typeof one === "string");
}

function document(mediaType: string, content: unknown): StoredDocument {
  const bytes = Buffer.from(JSON.stringify(content));
  return { mediaType, bytes, digest: digestOf(bytes) };
}
