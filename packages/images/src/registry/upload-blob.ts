import type { BlobDescriptor } from "./download-blob.ts";
import type { HttpAnswer } from "./http-exchange.ts";
import { nextAddress } from "./registry-address.ts";
import { RegistryError } from "./registry-error.ts";
import type { Session } from "./session.ts";
import type { Retries } from "./with-retries.ts";

/** A blob to be sent, read again from any place. */
export interface BlobSource extends BlobDescriptor {
  /** Bytes from `start` up to, not including, `end`. */
  open(start: number, end: number): AsyncIterable<Uint8Array>;
}

/** How a blob came to be in the repository. */
export type BlobOutcome = "exists" | "mounted" | "sent";

/**
 * Larger blobs travel in pieces of so many bytes, each confirmed: what breaks off costs no more than one. A registry may ask
 * for larger ones (`OCI-Chunk-Min-Length`). The largest minimum known is 5 MiB, of storage that is S3.
 */
const chunkSize = 16 * 1024 * 1024;
/** A registry that asks for larger pieces than this gets the blob in one. */
const largestChunk = 1024 * 1024 * 1024;

/** Whether the repository has the blob. */
export async function hasBlob(session: Session, { digest, size }: BlobDescriptor): Promise<boolean> {
  const answer = await session.sendAgain({
    doing: `looking for ${digest}`,
    method: "HEAD",
    to: `blobs/${digest}`,
    accept: [200, 404],
  });
  if (answer.status === 404) return false;
  const told = answer.headers["content-length"];
  if (told !== undefined && Number(told) !== size)
    throw new RegistryError("digest-mismatch", `${session.name}: ${digest} has ${told} bytes there, not ${size}`, {
      hint: "the layer is damaged in this registry; delete it there, or use another repository",
    });
  return true;
}

/**
 * Mounts a blob that another repository of the same registry has.
 *
 * @returns false when the registry wants it sent instead
 */
export async function mountBlob(session: Session, { digest }: BlobDescriptor, from: string): Promise<boolean> {
  try {
    const answer = await session.sendAgain({
      doing: `mounting ${digest}`,
      method: "POST",
      to: `blobs/uploads/?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`,
      // The specification knows 201 and 202 only; some registries refuse where they could not mount.
      accept: [201, 202, 400, 403, 404, 405],
    });
    return answer.status === 201;
  } catch (error) {
    // Whoever may push here need not be allowed to read there; the base has its own credentials.
    if (error instanceof RegistryError && (error.code === "unauthorized" || error.code === "denied")) return false;
    throw error;
  }
}

/**
 * Sends a blob: a small one in one piece, a larger one in confirmed pieces. After a broken connection the registry is asked how
 * far it came; one that does not know gets the blob anew.
 *
 * @param onDone bytes that the registry has, or is being sent
 */
export async function sendBlob(session: Session, blob: BlobSource, onDone: (bytes: number) => void): Promise<void> {
  const retries = session.retries();
  for (;;) {
    try {
      return await sendOnce(session, blob, onDone);
    } catch (error) {
      await retries.after(error);
      // It may have arrived, and only the answer have been lost.
      if (await hasBlob(session, blob)) return;
    }
  }
}

async function sendOnce(session: Session, blob: BlobSource, onDone: (bytes: number) => void): Promise<void> {
  const doing = `sending ${blob.digest}`;
  const begun = await session.send({ doing, method: "POST", to: "blobs/uploads/", accept: [202] });
  let location = uploadLocation(session, begun);
  const size = Math.max(chunkSize, Number(begun.headers["oci-chunk-min-length"]) || 0);
  let offset = 0;
  let resumed = false;
  const piece = (end: number) => {
    const start = offset;
    let sent = start;
    onDone(start);
    return {
      doing,
      headers: { "content-type": "application/octet-stream" },
      body: { length: end - start, open: () => blob.open(start, end) },
      onSent: (bytes: number) => {
        sent += bytes;
        onDone(Math.min(sent, end));
      },
    };
  };
  if (blob.size > size && size <= largestChunk) {
    const retries = session.retries();
    while (offset < blob.size) {
      const end = Math.min(offset + size, blob.size);
      const { headers, ...call } = piece(end);
      const range = { "content-range": `${offset}-${end - 1}` };
      try {
        const answer = await session.send({
          ...call,
          method: "PATCH",
          to: location,
          headers: { ...headers, ...range },
          accept: [201, 202, 204],
        });
        location = uploadLocation(session, answer);
        offset = received(answer, offset, end) ?? end;
        retries.progress();
      } catch (error) {
        const outOfOrder = error instanceof RegistryError && error.status === 416;
        if (!outOfOrder) await retries.after(error);
        const status = await uploadStatus(session, retries, location, offset, end);
        if (status === undefined || (outOfOrder && status.offset === offset)) throw forgotten(session, doing, error);
        ({ location, offset } = status);
        resumed = true;
      }
    }
  }
  const rest = offset === 0 && blob.size > 0 ? piece(blob.size) : { doing };
  try {
    await session.send({ ...rest, method: "PUT", to: withDigest(location, blob.digest), accept: [201, 204] });
  } catch (error) {
    // What came of the broken piece may have been written after the registry told how far it was.
    if (resumed && error instanceof RegistryError && error.code === "digest-mismatch")
      throw forgotten(session, doing, error);
    throw error;
  }
}

/** How far the registry came, by its own word; undefined when it does not know, or its word makes no sense. */
async function uploadStatus(
  session: Session,
  retries: Retries,
  location: URL,
  from: number,
  to: number,
): Promise<{ readonly location: URL; readonly offset: number } | undefined> {
  const doing = "asking how far an upload came";
  for (;;) {
    try {
      const answer = await session.send({ doing, method: "GET", to: location, accept: [200, 202, 204] });
      const offset = received(answer, from, to);
      return offset === undefined ? undefined : { location: uploadLocation(session, answer), offset };
    } catch (error) {
      if (!(error instanceof RegistryError) || error.code === "unauthorized" || error.code === "denied") throw error;
      if (!error.transient) return undefined;
      await retries.after(error);
    }
  }
}

/** The number of bytes that a `Range: 0-99` tells. `0-0` stands for one byte and for none, so it tells nothing. */
function received(answer: HttpAnswer, from: number, to: number): number | undefined {
  const last = /^(?:bytes=)?0-(\d{1,15})$/.exec(answer.headers.range ?? "")?.[1];
  if (last === undefined || last === "0") return undefined;
  const bytes = Number(last) + 1;
  return bytes >= from && bytes <= to ? bytes : undefined;
}

function uploadLocation(session: Session, answer: HttpAnswer & { readonly url: URL }): URL {
  const location = answer.headers.location;
  const next = location === undefined ? undefined : nextAddress(location, answer.url);
  if (next === undefined)
    throw new RegistryError("invalid-answer", `${session.name}: the registry does not tell where to send a layer`, {
      hint: "check that this host is a registry",
    });
  return next;
}

/** The rest of the address is the registry's own and stays as it is, to the letter. */
function withDigest(location: URL, digest: string): URL {
  const url = new URL(location);
  url.search = `${url.search === "" ? "?" : `${url.search}&`}digest=${encodeURIComponent(digest)}`;
  return url;
}

function forgotten(session: Session, doing: string, cause: unknown): RegistryError {
  return new RegistryError("interrupted", `${session.name}: ${doing}: the connection broke off`, {
    hint: "check the network between here and the registry",
    transient: true,
    cause,
  });
}
