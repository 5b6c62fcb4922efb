import { stripVTControlCharacters } from "node:util";

/** Columns that a text takes; what Fairway prints has one column per character. */
export function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

/** Fills up with spaces to `width` columns; longer texts stay. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

const pieces = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m|[^]`, "gu");

/** Cuts a text to `width` columns, with an ellipsis. Styles take no room and end as they would have. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let room = Math.max(0, width - 1);
  let out = "";
  for (const [piece] of text.matchAll(pieces)) {
    if (piece.length > 2) out += piece;
    else if (room > 0) out += piece;
    else if (room === 0) out += "…";
    if (piece.length <= 2) room -= 1;
  }
  return out;
}

/** Breaks a text without styles at spaces into lines of at most `width` columns; a longer word stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/**
 * What a service or a server wrote may not steer the terminal of who reads it: escape sequences, control characters and
 * those that turn the direction of writing go (Unicode UAX 9: they make a line look like another one), tabs stay.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/[^\P{Cc}\t]|[\u202a-\u202e\u2066-\u2069]/gu, "");
}

/** `0.4 s`, `12.0 s`, `2 min 05 s`, `1 h 02 min`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
}

/** How long ago a moment was: `just now`, `40 s ago`, `3 min ago`, `5 h ago`, `2 d ago`. */
export function ago(at: string, now: number): string {
  const seconds = (now - Date.parse(at)) / 1000;
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 5) return "just now";
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} d ago`;
}

/** `812 B`, `1.8 MB`: powers of 1,000, as disks and downloads are counted. */
export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 999_950) return `${(bytes / 1_000).toFixed(1)} kB`;
  if (bytes < 999_950_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** `1 file`, `412 files`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** Beginning of a release's name, as short as people say it. Every command takes it. */
export function shortRelease(name: string): string {
  return name.slice(0, 6);
}
