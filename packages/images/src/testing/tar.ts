import { pack } from "tar-stream";

/** An entry of a hand-made tar; `type` is any that the format knows. */
export interface Entry {
  readonly name: string;
  readonly type?: "file" | "link" | "symlink" | "directory" | "block-device" | "character-device" | "fifo";
  readonly linkname?: string;
  readonly body?: string;
  readonly mode?: number;
  readonly pax?: Readonly<Record<string, string>>;
}

/** A tar with exactly these entries, however hostile. */
export async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const made = pack();
  for (const { body, ...header } of entries) made.entry({ mtime: new Date(0), ...header }, body ?? "");
  made.finalize();
  const chunks: Uint8Array[] = [];
  made.on("data", (chunk) => {
    if (chunk instanceof Uint8Array) chunks.push(chunk);
  });
  await new Promise((resolve) => made.on("end", () => resolve(undefined)));
  return Buffer.concat(chunks);
}

/** Changes the first header of a tar and repairs its checksum. */
export function withHeader(tar: Buffer, change: (header: Buffer) => void): Buffer {
  const copy = Buffer.from(tar);
  const header = copy.subarray(0, 512);
  change(header);
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return copy;
}

/** In pieces of an odd size, as a network delivers it. */
export async function* inPieces(bytes: Buffer, size = 700): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
