import type { Issue } from "./service-spec.ts";

/** Longer lines are shown around the issue only. */
const maxWidth = 100;

/**
 * Issues as the command line shows them: place, message and code, the lines around it, a caret under the text with the hint,
 * and a closing line. Ends with a newline. Characters of the file that could steer a terminal are replaced.
 *
 * @param text The file's text, as it was parsed.
 * @param options.color With ANSI colours.
 * @param options.help The command that explains every field of this kind of file.
 */
export function formatIssues(
  issues: readonly Issue[],
  text: string,
  fileName: string,
  options: { readonly color?: boolean; readonly help?: string } = {},
): string {
  const paint = options.color === true ? colors : plain;
  const lines = (text.startsWith("\uFEFF") ? text.slice(1) : text).split(/\r?\n/);
  const blocks = issues.map((issue) => {
    const place = `${fileName}:${issue.line}:${issue.column}`;
    return `${paint.bold(place)}  ${paint.red(issue.message)}  ${paint.dim(`[${issue.code}]`)}\n\n${frame(issue, lines, paint)}\n`;
  });
  const count = issues.length === 1 ? "1 problem" : `${issues.length} problems`;
  return `${blocks.join("\n")}\n${count}. Every field: ${options.help ?? "fairway help app.toml"}\n`;
}

type Paint = (text: string) => string;
interface Palette {
  readonly bold: Paint;
  readonly red: Paint;
  readonly dim: Paint;
}

const same: Paint = (text) => text;
const plain: Palette = { bold: same, red: same, dim: same };
const ansi =
  (on: number, off: number): Paint =>
  (text) =>
    `\u001B[${on}m${text}\u001B[${off}m`;
const colors: Palette = { bold: ansi(1, 22), red: ansi(31, 39), dim: ansi(2, 22) };

function frame(issue: Issue, lines: readonly string[], paint: Palette): string {
  const gutter = String(issue.line).length + 2;
  const numbered = (number: number, content: string): string =>
    `${paint.dim(`${String(number).padStart(gutter)} │`)} ${content}`.trimEnd();
  const line = lines[issue.line - 1] ?? "";
  const before = lines[issue.line - 2];

  const start = Math.min(issue.column - 1, line.length);
  const from = start > maxWidth - 20 ? start - 20 : 0;
  const shown = line.slice(from, from + maxWidth);
  const indent = " ".repeat(width(safe(line.slice(from, start))));
  const marked = safe(line.slice(start, Math.min(start + issue.length, from + maxWidth)));
  const carets = "^".repeat(Math.max(1, width(marked)));
  const hint = issue.hint === undefined ? "" : ` ${safe(issue.hint)}`;
  return [
    ...(before === undefined ? [] : [numbered(issue.line - 1, safe(before.slice(0, maxWidth)))]),
    numbered(issue.line, safe(shown)),
    `${paint.dim(`${" ".repeat(gutter)} │`)} ${indent}${paint.red(carets + hint)}`,
  ].join("\n");
}

/** Tabs become one space, so that carets stand below their text; what could steer a terminal becomes a visible mark. */
function safe(text: string): string {
  return text.replaceAll("\t", " ").replace(/\p{C}/gu, "\uFFFD");
}

/** Columns on a terminal: wide characters take two, combining ones none (Unicode Standard Annex 11, in short). */
function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    const wide =
      /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;
    columns += wide.test(character) ? 2 : 1;
  }
  return columns;
}
