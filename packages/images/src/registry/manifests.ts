import { createHash } from "node:crypto";
import { isDigest } from "./image-reference.ts";
import { RegistryError } from "./registry-error.ts";
import type { Session } from "./session.ts";

/** A manifest or index as it lies in the registry. */
export interface StoredDocument {
  readonly digest: string;
  /** As the registry says, without parameters; "" when it says nothing. */
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** OCI distribution specification 1.1, "Pushing Manifests": registries take at least so much, and few more. */
const longestManifest = 4 * 1024 * 1024;
const accepted = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** Reads a manifest by tag or digest; its bytes are checked against the digest asked for, and that which the registry tells. */
export async function readManifest(session: Session, reference: string): Promise<StoredDocument> {
  const answer = await session.sendAgain({
    doing: `reading the manifest of ${reference}`,
    method: "GET",
    to: `manifests/${reference}`,
    headers: { accept: accepted },
    accept: [200],
    limit: longestManifest,
  });
  const digest = digestOf(answer.body);
  const told = answer.headers["docker-content-digest"];
  for (const wanted of [reference, told])
    if (typeof wanted === "string" && isDigest(wanted) && wanted !== digest)
      throw mismatch(session, `the manifest of ${reference} has digest ${digest}, not ${wanted}`);
  const [mediaType = ""] = (answer.headers["content-type"] ?? "").split(";");
  return { digest, mediaType: mediaType.trim().toLowerCase(), bytes: answer.body };
}

/** The digest that a tag points to, by HEAD; undefined when the registry does not tell it. */
export async function readTag(session: Session, tag: string): Promise<string | undefined> {
  const answer = await headManifest(session, tag, [200]);
  const told = answer.headers["docker-content-digest"];
  return typeof told === "string" && isDigest(told) ? told : undefined;
}

/** @param reference a digest, which the answer must have, or a tag */
export async function hasManifest(session: Session, reference: string): Promise<boolean> {
  const answer = await headManifest(session, reference, [200, 404]);
  if (answer.status === 404) return false;
  const told = answer.headers["docker-content-digest"];
  if (typeof told === "string" && isDigest(told) && isDigest(reference) && told !== reference)
    throw mismatch(session, `asked for ${reference}, the registry tells of ${told}`);
  return true;
}

function headManifest(session: Session, reference: string, accept: readonly number[]) {
  const doing = `looking for the manifest of ${reference}`;
  return session.sendAgain({
    doing,
    method: "HEAD",
    to: `manifests/${reference}`,
    headers: { accept: accepted },
    accept,
  });
}

/** @param reference a tag, or the manifest's own digest */
export async function writeManifest(
  session: Session,
  reference: string,
  { bytes, mediaType, digest }: StoredDocument,
): Promise<void> {
  const answer = await session.sendAgain({
    doing: `writing the manifest ${reference}`,
    method: "PUT",
    to: `manifests/${reference}`,
    headers: { "content-type": mediaType },
    body: { length: bytes.length, open: () => piece(bytes) },
    accept: [200, 201, 202],
  });
  const told = answer.headers["docker-content-digest"];
  if (typeof told === "string" && isDigest(told) && told !== digest)
    throw mismatch(session, `the registry keeps the manifest as ${told}, not as ${digest}`);
}

/** `sha256:<hex>` */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

async function* piece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function mismatch(session: Session, what: string): RegistryError {
  return new RegistryError("digest-mismatch", `${session.name}: ${what}`, {
    hint: "do not use this registry until it is known why: its content was changed or damaged",
  });
}
