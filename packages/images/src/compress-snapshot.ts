import { createReadStream } from "node:fs";
import { pipeline, type Readable } from "node:stream";
import { createGzip } from "node:zlib";

/** The tar as gzip, for the upload. A failure while reading ends the stream with that error. */
export function compressSnapshot(tarPath: string): Readable {
  const gzip = createGzip({ level: 6 });
  // The error also reaches whoever reads `gzip`.
  pipeline(createReadStream(tarPath), gzip, () => {});
  return gzip;
}
