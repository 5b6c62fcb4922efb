import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { HttpAnswer } from "./http-exchange.ts";
import { RegistryError } from "./registry-error.ts";
import type { Session } from "./session.ts";

/** What is known of a blob before it is read (OCI image specification, "Content Descriptors"). */
export interface BlobDescriptor {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** Takes the bytes of a blob in their order; `restart` says that they begin anew. */
interface Sink {
  write(chunk: Uint8Array): Promise<void>;
  restart(): Promise<void>;
}

/** A blob as a whole; for small documents only. */
export async function readBlob(session: Session, blob: BlobDescriptor, limit: number): Promise<Buffer> {
  if (blob.size > limit)
    throw new RegistryError("too-large", `${session.name}: ${blob.digest} has ${blob.size} bytes, more than ${limit}`, {
      hint: "name an image; this is something else",
    });
  let chunks: Uint8Array[] = [];
  await download(session, blob, {
    async write(chunk) {
      chunks.push(chunk);
    },
    async restart() {
      chunks = [];
    },
  });
  return Buffer.concat(chunks);
}

/** Writes a blob to a file, never more than its size of it, and checks its digest. What breaks off goes on where it ended. */
export async function fetchBlob(
  session: Session,
  blob: BlobDescriptor,
  path: string,
  onBytes: (done: number) => void,
): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    let done = 0;
    await download(session, blob, {
      async write(chunk) {
        await file.write(chunk, 0, chunk.byteLength, done);
        done += chunk.byteLength;
        onBytes(done);
      },
      async restart() {
        await file.truncate();
        done = 0;
      },
    });
  } finally {
    await file.close();
  }
}

async function download(session: Session, blob: BlobDescriptor, sink: Sink): Promise<void> {
  const retries = session.retries();
  let hash = createHash("sha256");
  let done = 0;
  const receive = async (body: AsyncIterable<Uint8Array>, answer: HttpAnswer) => {
    const from = answer.status === 206 ? rangeStart(answer) : 0;
    if (from !== done) {
      if (from !== 0) throw wrong(session, blob, `was sent from byte ${from} on, not from ${done}`);
      await sink.restart();
      hash = createHash("sha256");
      done = 0;
    }
    for await (const chunk of body) {
      if (done + chunk.byteLength > blob.size)
        throw wrong(session, blob, `is longer than its ${blob.size} bytes`, "too-large");
      await sink.write(chunk);
      hash.update(chunk);
      done += chunk.byteLength;
      retries.progress();
    }
  };
  for (;;) {
    try {
      await session.send({
        doing: `reading ${blob.digest}`,
        method: "GET",
        to: `blobs/${blob.digest}`,
        headers: done === 0 ? {} : { range: `bytes=${done}-${blob.size - 1}` },
        accept: [200, 206],
        receive,
      });
      break;
    } catch (error) {
      await retries.after(error);
    }
  }
  if (done !== blob.size) throw wrong(session, blob, `has only ${done} of its ${blob.size} bytes`);
  const actual = `sha256:${hash.digest("hex")}`;
  if (actual !== blob.digest) throw wrong(session, blob, `is not what its digest names, but ${actual}`);
}

/** First byte of a `Content-Range: bytes 5-9/10`; -1 for what is none. */
function rangeStart(answer: HttpAnswer): number {
  return Number(/^bytes (\d+)-/.exec(answer.headers["content-range"] ?? "")?.[1] ?? -1);
}

function wrong(
  session: Session,
  { digest }: BlobDescriptor,
  what: string,
  code: "digest-mismatch" | "too-large" = "digest-mismatch",
): RegistryError {
  return new RegistryError(code, `${session.name}: ${digest} ${what}`, {
    hint: "the image is damaged in this registry; push it there again, or use another one",
  });
}
