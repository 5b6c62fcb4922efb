import { closeSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Kubelet's `containerLogMaxSize`. */
const MAX_BYTES = 10 * 1024 * 1024;
/** A longer line is written in parts, as container runtimes do. */
const MAX_LINE = 16 * 1024;
const NEWLINE = 0x0a;

/**
 * Writes a container's output in the CRI format: `<RFC 3339 time> stdout|stderr F|P <text>`; `P` marks a line that is not ended.
 * A full file becomes `<path>.1`, in place of the one before.
 */
export interface ContainerLog {
  readonly path: string;
  write(stream: "stdout" | "stderr", chunk: Buffer): void;
  /** Writes what is left of unfinished lines. */
  close(): void;
  /** Counts how often the file was changed for a new one. */
  readonly rotations: number;
  readonly closed: boolean;
  /** Called after each write and at the end. Returns the unsubscribe. */
  subscribe(listener: () => void): () => void;
}

export function openContainerLog(path: string, now: () => number, maxBytes = MAX_BYTES): ContainerLog {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let file = openSync(path, "a", 0o600);
  let size = 0;
  let rotations = 0;
  let closed = false;
  const unfinished = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const listeners = new Set<() => void>();

  function line(stream: "stdout" | "stderr", tag: "F" | "P", text: Buffer): Buffer {
    const time = new Date(now()).toISOString().replace("Z", "000000Z");
    return Buffer.concat([Buffer.from(`${time} ${stream} ${tag} `), text, Buffer.from("\n")]);
  }

  function append(lines: readonly Buffer[]): void {
    if (lines.length === 0) return;
    const bytes = Buffer.concat(lines);
    if (size > 0 && size + bytes.length > maxBytes) {
      closeSync(file);
      renameSync(path, `${path}.1`);
      file = openSync(path, "a", 0o600);
      size = 0;
      rotations++;
    }
    writeSync(file, bytes);
    size += bytes.length;
    for (const listener of listeners) listener();
  }

  return {
    path,
    get rotations() {
      return rotations;
    },
    get closed() {
      return closed;
    },
    write(stream, chunk) {
      if (closed) return;
      let rest = unfinished[stream].length > 0 ? Buffer.concat([unfinished[stream], chunk]) : chunk;
      const lines: Buffer[] = [];
      for (;;) {
        const end = rest.indexOf(NEWLINE);
        if (end < 0 && rest.length < MAX_LINE) break;
        if (end < 0 || end > MAX_LINE) {
          lines.push(line(stream, "P", rest.subarray(0, MAX_LINE)));
          rest = rest.subarray(MAX_LINE);
        } else {
          lines.push(line(stream, "F", rest.subarray(0, end)));
          rest = rest.subarray(end + 1);
        }
      }
      unfinished[stream] = Buffer.from(rest);
      append(lines);
    },
    close() {
      if (closed) return;
      append(
        (["stdout", "stderr"] as const)
          .filter((stream) => unfinished[stream].length > 0)
          .map((stream) => line(stream, "P", unfinished[stream])),
      );
      closed = true;
      closeSync(file);
      for (const listener of [...listeners]) listener();
      listeners.clear();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
