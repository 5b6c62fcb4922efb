import { gzipSync } from "node:zlib";
import { ociConfig, ociManifest } from "../image/image-document.ts";
import { digestOf, type StoredDocument, writeManifest } from "../registry/manifests.ts";
import type { Session } from "../registry/session.ts";
import { sendBlob } from "../registry/upload-blob.ts";
import { tarOf } from "./tar.ts";

/** A base image as small as can be, and what it is made of. */
export interface TestImage {
  readonly digest: string;
  readonly size: number;
  readonly platform: string;
  readonly layer: { readonly digest: string; readonly size: number };
}

/** Pushes an image of one small layer, whose content depends on `platform` and `salt` alone. */
export async function pushTestImage(
  session: Session,
  tag: string,
  platform = "linux/amd64",
  salt = "",
): Promise<TestImage> {
  const tar = await tarOf([
    { name: "etc/", type: "directory" },
    { name: "etc/base", body: `${platform}${salt}` },
  ]);
  const layer = gzipSync(tar);
  const [os, architecture] = platform.split("/");
  const config = Buffer.from(
    JSON.stringify({
      os,
      architecture,
      config: { Env: ["PATH=/bin"], Cmd: ["sh"], Healthcheck: { Test: ["NONE"] } },
      rootfs: { type: "layers", diff_ids: [digestOf(tar)] },
    }),
  );
  for (const blob of [layer, config]) await sendBlob(session, { ...described(blob), open: pieces(blob) }, () => {});
  const manifest = documentOf(ociManifest, {
    schemaVersion: 2,
    mediaType: ociManifest,
    config: { mediaType: ociConfig, ...described(config) },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", ...described(layer) }],
  });
  await writeManifest(session, tag, manifest);
  return { digest: manifest.digest, size: manifest.bytes.length, platform, layer: described(layer) };
}

/** Pushes an index over images of the same repository. */
export async function pushTestIndex(
  session: Session,
  tag: string,
  images: readonly TestImage[],
): Promise<StoredDocument> {
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const index = documentOf(mediaType, {
    schemaVersion: 2,
    mediaType,
    manifests: images.map(({ digest, size, platform }) => {
      const [os, architecture] = platform.split("/");
      return { mediaType: ociManifest, digest, size, platform: { os, architecture } };
    }),
  });
  await writeManifest(session, tag, index);
  return index;
}

/** Bytes as the source of a blob, in pieces of an odd size. */
export function pieces(bytes: Buffer): (start: number, end: number) => AsyncIterable<Uint8Array> {
  return async function* (start, end) {
    for (let at = start; at < end; at += 70_001) yield bytes.subarray(at, Math.min(at + 70_001, end));
  };
}

function described(bytes: Buffer): { readonly digest: string; readonly size: number } {
  return { digest: digestOf(bytes), size: bytes.length };
}

function documentOf(mediaType: string, content: unknown): StoredDocument {
  const bytes = Buffer.from(JSON.stringify(content));
  return { mediaType, bytes, digest: digestOf(bytes) };
}
