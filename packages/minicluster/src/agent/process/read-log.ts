import { type FileHandle, open } from "node:fs/promises";
import type { LogOptions } from "../../objects-api.ts";
import type { ContainerLog } from "./container-log.ts";

const BLOCK = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * The text of a container's log file, as `kubectl logs` prints it.
 *
 * @param live the log while the container runs; with `follow`, what it adds is read until it is closed
 * @param now milliseconds since the epoch, for `sinceSeconds`
 */
export async function* readLog(
  path: string,
  live: ContainerLog | undefined,
  options: LogOptions,
  now: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const since = options.sinceSeconds === undefined ? undefined : now - options.sinceSeconds * 1000;
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  for await (const block of entries(path, live, options, signal)) {
    const text = Buffer.concat(block.map((entry) => render(entry, since, options.timestamps ?? false)));
    if (text.length === 0) continue;
    yield text.subarray(0, left);
    left -= text.length;
    if (left <= 0) return;
  }
}

/** Lines of the file that was full before and of the file itself, from where `tailLines` says. */
async function* entries(
  path: string,
  live: ContainerLog | undefined,
  { tailLines, follow }: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly Buffer[]> {
  let rotations = live?.rotations ?? 0;
  const older = await openIfThere(`${path}.1`);
  let file = await openIfThere(path);
  try {
    let offset = 0;
    let olderOffset: number | undefined = 0;
    if (tailLines !== undefined) {
      const own = file ? await tailOffset(file, tailLines) : { offset: 0, lines: 0 };
      offset = own.offset;
      olderOffset =
        older && own.lines < tailLines ? (await tailOffset(older, tailLines - own.lines)).offset : undefined;
    }
    if (older && olderOffset !== undefined) for await (const block of blocks(older, olderOffset)) yield block.lines;
    while (file) {
      for await (const block of blocks(file, offset)) {
        if (signal.aborted) return;
        yield block.lines;
        offset = block.next;
      }
      if (!follow || !live || signal.aborted) return;
      if (live.rotations > rotations) {
        // What was written before the change of files is still behind this handle.
        for await (const block of blocks(file, offset)) yield block.lines;
        rotations = live.rotations;
        await file.close();
        file = await openIfThere(path);
        offset = 0;
      } else if (!(await hasMore(live, file, offset, signal))) return;
    }
  } finally {
    await older?.close();
    await file?.close();
  }
}

/** Waits until the log has grown or got a new file. False when nothing more will come. */
async function hasMore(live: ContainerLog, file: FileHandle, offset: number, signal: AbortSignal): Promise<boolean> {
  const rotations = live.rotations;
  for (;;) {
    const changed = Promise.withResolvers<void>();
    const unsubscribe = live.subscribe(changed.resolve);
    const wake = (): void => changed.resolve();
    signal.addEventListener("abort", wake, { once: true });
    try {
      if (live.rotations !== rotations || (await file.stat()).size > offset) return true;
      if (live.closed || signal.aborted) return false;
      await changed.promise;
    } finally {
      unsubscribe();
      signal.removeEventListener("abort", wake);
    }
  }
}

/** Whole lines, many at a time; `next` is where the following one begins. */
async function* blocks(
  file: FileHandle,
  from: number,
): AsyncGenerator<{ readonly lines: readonly Buffer[]; readonly next: number }> {
  let rest: Buffer = Buffer.alloc(0);
  let position = from;
  let next = from;
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(BLOCK), 0, BLOCK, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    const lines: Buffer[] = [];
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      next += end + 1;
      lines.push(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    if (lines.length > 0) yield { lines, next };
  }
}

/** Where the last `count` lines begin, and how many there are. */
async function tailOffset(
  file: FileHandle,
  count: number,
): Promise<{ readonly offset: number; readonly lines: number }> {
  const { size } = await file.stat();
  if (count === 0) return { offset: size, lines: 0 };
  let found = 0;
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - BLOCK);
    const { buffer } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    for (let index = buffer.length - 1; index >= 0; index--) {
      if (buffer[index] !== NEWLINE) continue;
      // The newline at the very end closes the last line.
      if (found === count) return { offset: start + index + 1, lines: count };
      found++;
    }
    end = start;
  }
  return { offset: 0, lines: found };
}

/** Nothing for a line that is too old. */
function render(line: Buffer, since: number | undefined, timestamps: boolean): Buffer {
  const head = line.subarray(0, 64).toString("latin1");
  const match = /^(\S+) (?:stdout|stderr) ([FP]) /.exec(head);
  const [prefix, time, tag] = match ?? [];
  if (prefix === undefined || time === undefined) return Buffer.alloc(0);
  if (since !== undefined && Date.parse(time.replace(/(\.\d{3})\d*Z$/, "$1Z")) < since) return Buffer.alloc(0);
  const text = line.subarray(prefix.length);
  return Buffer.concat([
    ...(timestamps ? [Buffer.from(`${time} `)] : []),
    text,
    ...(tag === "F" ? [Buffer.from("\n")] : []),
  ]);
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch {
    return undefined;
  }
}
