import { SnapshotError, type SnapshotErrorCode } from "./snapshot-error.ts";
import type { SnapshotLimits } from "./snapshot-limits.ts";

export type TreeEntry =
  | { readonly kind: "file"; readonly path: string; readonly size: number }
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "link"; readonly path: string; readonly target: string };

/** Longest chain of links that Linux follows (MAXSYMLINKS). */
const mostLinks = 40;
/** NAME_MAX of common file systems. */
const longestName = 255;

/**
 * The rules that hold for a folder before it is packed and for an archive before it is unpacked: what is in it stays in
 * it, and it is not too large. `add` checks what can be told of one entry, `finish` what takes all of them.
 */
export function fileTree(
  limits: SnapshotLimits,
  codes: { readonly refused: SnapshotErrorCode; readonly tooLarge: SnapshotErrorCode },
): {
  add(entry: TreeEntry): void;
  finish(): { readonly files: number; readonly bytes: number };
} {
  const entries = new Map<string, TreeEntry>();
  /** All that something lies in, whether it has an entry of its own or not. */
  const parents = new Set<string>();
  /** Those of them without an entry: they are made on disk all the same. */
  let implied = 0;
  let files = 0;
  let bytes = 0;

  const refuse = (path: string, reason: string): never => {
    throw new SnapshotError(codes.refused, `${printable(path)}: ${reason}`, { path: printable(path) });
  };
  const tooLarge = (reason: string): never => {
    throw new SnapshotError(codes.tooLarge, reason);
  };

  return {
    add(entry) {
      const { path } = entry;
      const flaw = flawOfPath(path, limits);
      if (flaw !== undefined) refuse(path, flaw);
      if (entries.has(path)) refuse(path, "is there twice");
      entries.set(path, entry);
      if (parents.has(path)) implied -= 1;
      for (let slash = path.lastIndexOf("/"); slash !== -1; slash = path.lastIndexOf("/", slash - 1)) {
        const parent = path.slice(0, slash);
        // What lies above it was looked at when it came.
        if (parents.has(parent)) break;
        const kind = entries.get(parent)?.kind;
        if (kind === undefined) implied += 1;
        else if (kind !== "directory") refuse(path, `lies behind the ${kind} ${printable(parent)}`);
        parents.add(parent);
      }
      if (entries.size + implied > limits.files)
        tooLarge(`more than ${limits.files.toLocaleString("en")} files and folders`);
      if (entry.kind !== "directory" && parents.has(path))
        refuse(path, `is a ${entry.kind} that other files lie behind`);
      if (entry.kind === "directory") return;
      files += 1;
      if (entry.kind === "link") {
        if (entry.target === "") refuse(path, "is a link to nothing");
        if (hasControlCharacter(entry.target)) refuse(path, "links to a name with control characters");
        if (entry.target.startsWith("/")) refuse(path, `links to an absolute path, ${printable(entry.target)}`);
        if (Buffer.byteLength(entry.target) > limits.pathLength) refuse(path, "links to a path that is too long");
        return;
      }
      bytes += entry.size;
      if (bytes > limits.bytes) tooLarge(`more than ${limits.bytes.toLocaleString("en")} bytes`);
    },
    finish() {
      for (const entry of entries.values()) {
        if (entry.kind !== "link") continue;
        const end = endOfLink(entries, entry.path);
        if (end === "outside") refuse(entry.path, `links out of the folder, to ${printable(entry.target)}`);
        if (end === "loop") refuse(entry.path, "is a link that leads round in a circle");
      }
      return { files, bytes };
    },
  };
}

/** Follows links as the kernel does, name by name, so that `..` behind a link is seen where it really leads. */
function endOfLink(entries: ReadonlyMap<string, TreeEntry>, start: string): "inside" | "outside" | "loop" {
  const here: string[] = [];
  const names = start.split("/");
  let links = 0;
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      if (here.pop() === undefined) return "outside";
      continue;
    }
    const entry = entries.get([...here, name].join("/"));
    if (entry?.kind !== "link") {
      here.push(name);
      continue;
    }
    links += 1;
    if (links > mostLinks) return "loop";
    names.unshift(...entry.target.split("/"));
  }
  return "inside";
}

function flawOfPath(path: string, limits: SnapshotLimits): string | undefined {
  if (path === "") return "has no name";
  if (path.startsWith("/")) return "is an absolute path";
  if (hasControlCharacter(path)) return "has control characters in its name";
  if (path.includes("\uFFFD")) return "has a name that is not UTF-8";
  if (Buffer.byteLength(path) > limits.pathLength) return `has a path of more than ${limits.pathLength} bytes`;
  for (const name of path.split("/")) {
    if (name === "..") return "leads out of the folder";
    if (name === "" || name === ".") return "is not a plain path";
    if (Buffer.byteLength(name) > longestName) return `has a name of more than ${longestName} bytes`;
  }
  return undefined;
}

function hasControlCharacter(text: string): boolean {
  for (const character of text) if (character < " " || character === "\u007f") return true;
  return false;
}

/** A hostile name must not steer the terminal or fill the log that shows it. */
function printable(path: string): string {
  const safe = [...path].map((character) => (hasControlCharacter(character) ? "\uFFFD" : character)).join("");
  return safe.length > 200 ? `${safe.slice(0, 200)}…` : safe;
}
