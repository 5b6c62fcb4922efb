import { structuredPatch } from "diff";
import { stringify } from "yaml";
import { cut, printable, widthOf } from "../terminal/text.ts";

export interface ValueChange {
  readonly from?: unknown;
  readonly to?: unknown;
}

/** A line that goes, one that comes, or one that stays and shows where. */
export interface ValueLine {
  readonly mark: "-" | "+" | " ";
  readonly text: string;
}

/** Longer ones are cut where not everything is asked for. */
const mostLines = 20;

/** Milliseconds for finding what two texts have in common. */
const patience = 1_000;

/** The change in one line: `2 -> 3`; undefined when it takes several. @param width columns; longer values are cut */
export function valuesInLine({ from, to }: ValueChange, width: number, full: boolean): string | undefined {
  const [before, after] = [inLine(from), inLine(to)];
  if (before === undefined || after === undefined) return undefined;
  if (from === undefined || to === undefined) return fit(from === undefined ? after : before, width, full);
  const arrow = " -> ";
  const room = width - arrow.length;
  if (full || widthOf(before) + widthOf(after) <= room) return `${before}${arrow}${after}`;
  // Both ends of what is long may be all that differs: each gets what the other one leaves, at least half.
  const half = Math.floor(room / 2);
  const left = Math.max(half, room - widthOf(after));
  const shownBefore = cutTo(before, left, after);
  return `${shownBefore}${arrow}${cutTo(after, Math.max(half, room - widthOf(shownBefore)), before)}`;
}

/** The change line by line, with two lines around each for the place. */
export function valueLines({ from, to }: ValueChange, width: number, full: boolean): readonly ValueLine[] {
  const [before, after] = [textOf(from), textOf(to)];
  const lines = changedLines(before, after);
  const shown = full || lines.length <= mostLines ? lines : lines.slice(0, mostLines - 1);
  const rest = lines.length - shown.length;
  return [
    ...shown.map(({ mark, text }) => ({ mark, text: full ? printable(text) : cut(printable(text), width) })),
    ...(rest === 0 ? [] : [{ mark: " " as const, text: `… ${rest} more lines: --full shows them` }]),
  ];
}

/** Files that have too little in common to be compared soon are told one after the other. */
function changedLines(before: string, after: string): readonly ValueLine[] {
  const patch = structuredPatch("", "", before, after, "", "", { context: 2, timeout: patience });
  if (patch === undefined) {
    const all = (text: string, mark: "-" | "+") =>
      text
        .trimEnd()
        .split("\n")
        .map((line) => ({ mark, text: line }));
    return [...all(before, "-"), ...all(after, "+")];
  }
  return patch.hunks.flatMap(({ lines }, at) => [
    ...(at === 0 ? [] : [{ mark: " " as const, text: "…" }]),
    ...lines.filter((line) => !line.startsWith("\\")).map(lineOf),
  ]);
}

function lineOf(line: string): ValueLine {
  const mark = line.startsWith("-") ? "-" : line.startsWith("+") ? "+" : " ";
  return { mark, text: line.slice(1) };
}

function inLine(value: unknown): string | undefined {
  if (value === undefined) return "";
  if (typeof value === "object" && value !== null) {
    const text = JSON.stringify(value);
    return text.length <= 40 ? printable(text) : undefined;
  }
  const text = String(value);
  if (text.includes("\n")) return undefined;
  // What cannot be seen is told.
  const isPlain = text !== "" && text.trim() === text && printable(text) === text;
  return isPlain ? text : printable(JSON.stringify(text));
}

function textOf(value: unknown): string {
  if (value === undefined) return "";
  const text = typeof value === "string" ? value : stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
  return text.endsWith("\n") ? text : `${text}\n`;
}

function fit(text: string, width: number, full: boolean): string {
  return full ? text : cut(text, width);
}

/** Cut so that the first difference to the other text can be seen. */
function cutTo(text: string, width: number, other: string): string {
  if (widthOf(text) <= width) return text;
  const letters = [...text];
  const others = [...other];
  const first = letters.findIndex((letter, at) => letter !== others[at]);
  if (first < width - 1) return cut(text, width);
  const begin = Math.max(0, Math.min(first - Math.floor(width / 3), letters.length - width + 1));
  return cut(`…${letters.slice(begin).join("")}`, width);
}
