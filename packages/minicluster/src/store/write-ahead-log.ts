import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** What lies on disk cannot be the work of this store; a person must look. */
export class StateCorrupt extends Error {
  constructor(file: string, line: number) {
    super(`${file}:${line}: this line is damaged; restore the file, or move it away to start empty`);
    this.name = "StateCorrupt";
  }
}

/**
 * Lines of JSON in two files: `snapshot.jsonl` (all there was when it was written) and `log.jsonl` (what came after).
 * A line handed to `append` is written when the call returns, so a killed process loses nothing; there is no fsync, so
 * a power cut may lose the newest lines.
 */
export interface WriteAheadLog {
  /** Throws the system's error (a full disk); the log is then as before. */
  append(line: string): void;
  /** Replaces both files by a snapshot of these lines. */
  compact(lines: Iterable<string>): void;
  /** Bytes in the log since the last snapshot. */
  readonly size: number;
  close(): void;
}

export interface Recovered {
  readonly log: WriteAheadLog;
  readonly snapshot: readonly unknown[];
  /** Lines after the snapshot. A last line that was torn by a kill is cut off. */
  readonly entries: readonly unknown[];
}

/** Opens the log in `directory`, which is made when it is missing. Throws `StateCorrupt`. */
export function openWriteAheadLog(directory: string): Recovered {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const snapshotFile = join(directory, "snapshot.jsonl");
  const logFile = join(directory, "log.jsonl");
  rmSync(`${snapshotFile}.new`, { force: true });
  const snapshot = existsSync(snapshotFile) ? parseLines(snapshotFile, readFileSync(snapshotFile)).values : [];
  const bytes = existsSync(logFile) ? readFileSync(logFile) : Buffer.alloc(0);
  const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
  const read = parseLines(logFile, whole);
  const file = openSync(logFile, "a", 0o600);
  ftruncateSync(file, read.length);
  let size = read.length;

  const log: WriteAheadLog = {
    append(line) {
      const data = Buffer.from(`${line}\n`);
      try {
        writeAll(file, data);
        size += data.length;
      } catch (error) {
        ftruncateSync(file, size);
        throw error;
      }
    },
    compact(lines) {
      const made = openSync(`${snapshotFile}.new`, "w", 0o600);
      try {
        let chunk: string[] = [];
        let length = 0;
        for (const line of lines) {
          chunk.push(line, "\n");
          length += line.length;
          if (length > 1_000_000) {
            writeAll(made, Buffer.from(chunk.join("")));
            chunk = [];
            length = 0;
          }
        }
        writeAll(made, Buffer.from(chunk.join("")));
      } finally {
        closeSync(made);
      }
      renameSync(`${snapshotFile}.new`, snapshotFile);
      ftruncateSync(file, 0);
      size = 0;
    },
    get size() {
      return size;
    },
    close() {
      closeSync(file);
    },
  };
  return { log, snapshot, entries: read.values };
}

function writeAll(file: number, data: Uint8Array): void {
  let written = 0;
  while (written < data.length) written += writeSync(file, data, written);
}

function parseLines(file: string, bytes: Buffer): { values: unknown[]; length: number } {
  const values: unknown[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0x0a, start); end !== -1; end = bytes.indexOf(0x0a, start)) {
    const text = bytes.toString("utf8", start, end);
    try {
      values.push(JSON.parse(text));
    } catch {
      // Only the last line can be torn by a kill.
      if (end + 1 < bytes.length) throw new StateCorrupt(file, values.length + 1);
      return { values, length: start };
    }
    start = end + 1;
  }
  return { values, length: start };
}
