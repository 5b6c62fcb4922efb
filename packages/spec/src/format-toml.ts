import { type AST, parseTOML } from "toml-eslint-parser";
import type { Issue } from "./service-spec.ts";
import { readToml } from "./toml/read-toml.ts";

/** Columns that a list on one line may take. */
const maxWidth = 100;

export type FormattedToml =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/**
 * The same TOML, written evenly: `key = value`, one blank line before a table, lists on one line or one item a line. Comments,
 * order, keys and the writing of values stay; formatted twice is formatted once. Text that is no TOML gives its issues.
 */
export function formatToml(text: string): FormattedToml {
  const read = readToml(text);
  if (!read.ok) return read;
  const { text: source } = read.source;
  const program = parseTOML(source);
  const lineEnd = lineEndOf(source, program);
  const lines = spaced(linesOf(source, program));
  const written = lines.map(({ blankBefore, text }) => `${blankBefore ? lineEnd : ""}${text(lineEnd)}${lineEnd}`);
  return { ok: true, text: written.join("") };
}

/** The file's first; those in texts stay as they are and do not count. */
function lineEndOf(source: string, { tokens }: AST.TOMLProgram): string {
  let end = 0;
  for (const { range } of [...tokens, { range: [source.length, source.length] }]) {
    const found = /\r?\n/.exec(source.slice(end, range[0]));
    if (found !== null) return found[0];
    [, end] = range;
  }
  return "\n";
}

interface Line {
  readonly kind: "comment" | "header" | "setting";
  readonly blankBefore: boolean;
  /** A list may take several lines. */
  readonly text: (lineEnd: string) => string;
}

/** Everything that stands on a line of its own, in the file's order. */
function linesOf(source: string, program: AST.TOMLProgram): readonly Line[] {
  const statements = program.body[0].body
    .flatMap((node) => (node.type === "TOMLTable" ? [node, ...node.body] : [node]))
    .toSorted((a, b) => a.range[0] - b.range[0]);
  const { inside, outside } = sorted(
    program.comments,
    statements.filter((node) => node.type === "TOMLKeyValue"),
  );
  const parts = [...statements, ...outside].toSorted((a, b) => a.range[0] - b.range[0]);
  const lines: Line[] = [];
  let end = 0;
  for (const [index, part] of parts.entries()) {
    const gap = source.slice(end, part.range[0]);
    if (part.type === "Block") {
      end = part.range[1];
      // One behind a setting has been written with it.
      if (index > 0 && !gap.includes("\n")) continue;
      lines.push({ kind: "comment", blankBefore: isBlank(gap), text: () => commentText(part) });
      continue;
    }
    end = part.type === "TOMLTable" ? headerEnd(source, part) : part.range[1];
    const next = parts[index + 1];
    const behind =
      next?.type === "Block" && !source.slice(end, next.range[0]).includes("\n") ? ` ${commentText(next)}` : "";
    lines.push({
      kind: part.type === "TOMLTable" ? "header" : "setting",
      blankBefore: isBlank(gap),
      text: (lineEnd) =>
        (part.type === "TOMLTable"
          ? headerText(source, part)
          : settingText({ source, lineEnd }, inside.get(part) ?? [], part, "")) + behind,
    });
  }
  return lines;
}

interface Located {
  readonly range: AST.Range;
}

/** Comments by the node that they stand in; both in the file's order. */
function sorted<Node extends Located>(
  comments: Comments,
  nodes: readonly Node[],
): { readonly inside: ReadonlyMap<Node, Comments>; readonly outside: Comments } {
  const inside = new Map<Node, AST.Comment[]>();
  const outside: AST.Comment[] = [];
  let at = 0;
  for (const comment of comments) {
    while ((nodes[at]?.range[1] ?? Number.POSITIVE_INFINITY) <= comment.range[0]) at += 1;
    const node = nodes[at];
    if (node === undefined || comment.range[0] < node.range[0]) outside.push(comment);
    else if (inside.get(node)?.push(comment) === undefined) inside.set(node, [comment]);
  }
  return { inside, outside };
}

/** A blank line before each table, above the comments that belong to it; none at the beginning and below a header. */
function spaced(lines: readonly Line[]): readonly Line[] {
  const blank = lines.map(({ blankBefore }, at) => blankBefore && at > 0 && lines[at - 1]?.kind !== "header");
  for (const [at, { kind }] of lines.entries()) {
    if (kind !== "header") continue;
    let first = at;
    while (first > 0 && lines[first]?.blankBefore === false && lines[first - 1]?.kind === "comment") first -= 1;
    if (first > 0) blank[first] = true;
  }
  return lines.map((line, at) => ({ ...line, blankBefore: blank[at] === true }));
}

function isBlank(gap: string): boolean {
  return (gap.match(/\n/g)?.length ?? 0) > 1;
}

function commentText(comment: AST.Comment): string {
  return `#${comment.value.trimEnd()}`;
}

/** A table's node ends with its last setting. */
function headerEnd(source: string, table: AST.TOMLTable): number {
  return source.indexOf("]", table.key.range[1]) + (table.kind === "array" ? 2 : 1);
}

function headerText(source: string, { key, kind }: AST.TOMLTable): string {
  return kind === "array" ? `[[${keyText(source, key)}]]` : `[${keyText(source, key)}]`;
}

function keyText(source: string, key: AST.TOMLKey): string {
  return key.keys.map(({ range }) => source.slice(...range)).join(".");
}

type Comments = readonly AST.Comment[];

interface Writing {
  readonly source: string;
  readonly lineEnd: string;
}

/** @param comments those that stand in the setting */
function settingText(writing: Writing, comments: Comments, { key, value }: AST.TOMLKeyValue, indent: string): string {
  const name = `${keyText(writing.source, key)} = `;
  return name + valueText(writing, comments, value, indent, name.length + indent.length);
}

/** @param column where the value begins */
function valueText(
  writing: Writing,
  comments: Comments,
  node: AST.TOMLContentNode,
  indent: string,
  column: number,
): string {
  const { source } = writing;
  if (comments.length === 0) {
    const line = onOneLine(source, node);
    if (node.type !== "TOMLArray" || (!line.includes("\n") && column + line.length <= maxWidth)) return line;
  }
  if (node.type === "TOMLArray") return listText(writing, comments, node, indent);
  if (node.type === "TOMLValue") return source.slice(...node.range);
  const { inside, outside } = sorted(comments, node.body);
  // Only newer TOML has comments here; they stay where they are.
  if (outside.length > 0) return source.slice(...node.range);
  return `{ ${node.body.map((pair) => settingText(writing, inside.get(pair) ?? [], pair, indent)).join(", ")} }`;
}

/** Of what holds no comments. */
function onOneLine(source: string, node: AST.TOMLContentNode): string {
  if (node.type === "TOMLValue") return source.slice(...node.range);
  if (node.type === "TOMLArray") return `[${node.elements.map((element) => onOneLine(source, element)).join(", ")}]`;
  const settings = node.body.map(({ key, value }) => `${keyText(source, key)} = ${onOneLine(source, value)}`);
  return settings.length === 0 ? "{}" : `{ ${settings.join(", ")} }`;
}

/** One item a line, comments where they were: above an item, or behind it. */
function listText(writing: Writing, comments: Comments, list: AST.TOMLArray, indent: string): string {
  const { source, lineEnd } = writing;
  const inner = `${indent}  `;
  const { inside, outside } = sorted(comments, list.elements);
  const parts = [...list.elements, ...outside].toSorted((a, b) => a.range[0] - b.range[0]);
  const lines: string[] = [];
  let end = list.range[0];
  for (const part of parts) {
    if (part.type !== "Block") {
      lines.push(`${inner}${valueText(writing, inside.get(part) ?? [], part, inner, inner.length)},`);
    } else if (lines.length > 0 && !source.slice(end, part.range[0]).includes("\n")) {
      lines.push(`${lines.pop() ?? ""} ${commentText(part)}`);
    } else lines.push(`${inner}${commentText(part)}`);
    end = part.range[1];
  }
  return ["[", ...lines, `${indent}]`].join(lineEnd);
}
