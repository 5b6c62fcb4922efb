import type { LogLine } from "@fairway/api";

export interface NumberedLine extends LogLine {
  /** Grows by one with each line; stays when older lines are dropped. */
  readonly id: number;
}

/** So many lines a page keeps; the oldest go first. */
const limit = 10_000;

/** Lines of one stream in the order in which they came. */
export interface LogBuffer {
  readonly lines: readonly NumberedLine[];
  readonly next: number;
}

export const emptyBuffer: LogBuffer = { lines: [], next: 1 };

export function appendLines(buffer: LogBuffer, lines: readonly LogLine[]): LogBuffer {
  const numbered = lines.map((line, index) => ({ ...line, id: buffer.next + index }));
  const all = [...buffer.lines, ...numbered];
  return { lines: all.length > limit ? all.slice(all.length - limit) : all, next: buffer.next + lines.length };
}
