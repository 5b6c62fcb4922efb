import type { Cause } from "@fairway/api";
import type { Style } from "../terminal/style.ts";
import { cut, duration, printable, widthOf, wrap } from "../terminal/text.ts";

/** Labels stand in columns 2 to 10, what they say from 11 on; log lines are indented once more. */
const labelWidth = 9;
const logLines = 8;

interface Look {
  readonly width: number;
  readonly style: Style;
}

/** `the new release crashes when it starts (CrashLoop)` */
export function causeTitle(cause: Cause): string {
  return `${printable(cause.summary)} (${cause.code})`;
}

/** Where it shows, what it said last, in the order in which one asks; equal ones of several clusters are told once. */
export function causeLines(same: readonly [Cause, ...Cause[]], look: Look): string[] {
  const [cause] = same;
  const lines = same.flatMap((one, at) => labelled(at === 0 ? "where" : "", causePlace(one), look));
  if (cause.message !== undefined) lines.push(...labelled("message", printable(cause.message), look));
  // Once for all: it is the same error everywhere.
  const log = same.map(({ lastLog = [] }) => lastLog.map(logLine)).find((one) => one.length > 0) ?? [];
  for (const [at, line] of log.slice(-logLines).entries())
    lines.push(...labelled(at === 0 ? "last log" : "", `  ${cut(line, look.width - labelWidth - 4)}`, look));
  return lines;
}

export function adviceLines(cause: Cause, look: Look): string[] {
  return labelled("do", printable(cause.advice), look);
}

/** `beta, pod user-a-6d9f-x2 (and 1 more), container app, node n1, exit code 3 after 0.4 s, 2 restarts`. */
export function causePlace(cause: Cause): string {
  const [kind = "", name = ""] = cause.object.split("/");
  const words = [cause.cluster];
  if (name !== "" && name !== cause.cluster)
    words.push(`${kind.toLowerCase()} ${printable(name)}${cause.count > 1 ? ` (and ${cause.count - 1} more)` : ""}`);
  if (cause.container !== undefined) words.push(`container ${printable(cause.container)}`);
  if (cause.node !== undefined) words.push(`node ${printable(cause.node)}`);
  if (cause.exitCode !== undefined)
    words.push(`exit code ${cause.exitCode}${cause.ranFor === undefined ? "" : ` after ${ranFor(cause.ranFor)}`}`);
  if (cause.restarts !== undefined && cause.restarts > 0)
    words.push(`${cause.restarts} ${cause.restarts === 1 ? "restart" : "restarts"}`);
  return words.join(", ");
}

/** Kubernetes counts whole seconds. */
function ranFor(milliseconds: number): string {
  if (milliseconds === 0) return "less than 1 s";
  return milliseconds % 1000 === 0 && milliseconds < 60_000 ? `${milliseconds / 1000} s` : duration(milliseconds);
}

/** A label and what it says, wrapped below itself. */
export function labelled(label: string, text: string, { width, style }: Look): string[] {
  const indent = widthOf(label) < labelWidth ? labelWidth : widthOf(label) + 2;
  // Something that is styled, or indented on purpose, is one piece.
  const whole = text.startsWith(" ") || text !== printable(text);
  const lines = whole ? [text] : wrap(text, Math.max(20, width - indent - 2));
  return lines.map((line, at) =>
    at === 0
      ? `  ${style.faint(label)}${" ".repeat(indent - widthOf(label))}${line}`
      : `  ${" ".repeat(indent)}${line}`,
  );
}

/** Two pieces side by side where they fit, else one below the other. */
export function besides(label: string, first: string, second: string, look: Look): string[] {
  const both = `${first}     ${second}`;
  const { accent } = look.style;
  if (widthOf(both) <= look.width - labelWidth - 2)
    return labelled(label, `${accent(first)}     ${accent(second)}`, look);
  return [...labelled(label, accent(first), look), ...labelled("", accent(second), look)];
}

/** A tab would make the width of a line unknown. */
function logLine(line: string): string {
  return printable(line).replaceAll("\t", "  ");
}
