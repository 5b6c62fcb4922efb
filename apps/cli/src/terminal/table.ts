import type { Style } from "./style.ts";
import { cut, padEnd, printable, widthOf } from "./text.ts";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** Colours a cell after it was cut. */
  readonly look?: (text: string, row: Row) => string;
  /** May be cut down to this many columns when the table is too wide; by default it is never cut. */
  readonly least?: number;
}

/** Rows as lines of at most `width` columns: cells are cut, the widest first, then the last columns are left out. Cells are plain text, whoever wrote it. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  options: { readonly width: number; readonly style: Style },
): string[] {
  const texts = rows.map((row) => columns.map((column) => printable(column.cell(row))));
  const widths = columns.map((column, at) =>
    Math.max(widthOf(column.title), ...texts.map((cells) => widthOf(cells[at] ?? ""))),
  );
  const gap = 2;
  for (let over = widths.reduce((sum, one) => sum + one + gap, -gap) - options.width; over > 0; over -= 1) {
    // The widest gives first: a long name costs less when it is cut than a short word does.
    const widest = columns.reduce((best, { least }, at) => {
      const width = widths[at] ?? 0;
      return least !== undefined && width > least && width > (widths[best] ?? 0) ? at : best;
    }, -1);
    if (widest === -1) {
      // Nothing can be cut any more: better without the last column than broken over two lines.
      if (columns.length > 2) return table(rows, columns.slice(0, -1), options);
      break;
    }
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  const line = (cells: readonly string[]) => cells.join(" ".repeat(gap)).trimEnd();
  const head = line(
    columns.map((column, at) => options.style.faint(padEnd(cut(column.title, widths[at] ?? 0), widths[at] ?? 0))),
  );
  const body = rows.map((row, n) =>
    line(
      columns.map((column, at) => {
        const width = widths[at] ?? 0;
        const text = cut(texts[n]?.[at] ?? "", width);
        const last = at === columns.length - 1;
        const looked = column.look === undefined ? text : column.look(text, row);
        return last ? looked : looked + " ".repeat(Math.max(0, width - widthOf(text)));
      }),
    ),
  );
  return [head, ...body];
}
