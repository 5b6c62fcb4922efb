/** Characters `start` (inclusive) to `end` (exclusive) of a text; UTF-16 units, from 0. */
export type Range = readonly [start: number, end: number];

interface Place {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** A text that can say where a range of it stands. */
export interface Source {
  readonly text: string;
  placeOf(range: Range): Place;
}

export function source(text: string): Source {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return {
    text,
    placeOf([start, end]) {
      let [low, high] = [0, starts.length - 1];
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((starts[middle] ?? 0) <= start) low = middle;
        else high = middle - 1;
      }
      const lineStart = starts[low] ?? 0;
      const newline = text.indexOf("\n", start);
      const lineEnd = newline === -1 ? text.length : newline;
      return { line: low + 1, column: start - lineStart + 1, length: Math.max(1, Math.min(end, lineEnd) - start) };
    },
  };
}
