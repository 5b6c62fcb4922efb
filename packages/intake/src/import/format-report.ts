import type { Difference } from "./compare/compare-facts.ts";
import type { ImportedService, ImportResult, ObjectPlace } from "./import-manifests.ts";
import type { Remark, Verdict } from "./remark.ts";

/** How the parts of a report look; plain text by default. */
export interface ReportStyle {
  readonly strong: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly doubtful: (text: string) => string;
  readonly faint: (text: string) => string;
}

const plain: ReportStyle = { strong: same, good: same, bad: same, doubtful: same, faint: same };

function same(text: string): string {
  return text;
}

const words: readonly (readonly [verdict: Verdict, word: string])[] = [
  ["lost", "lost"],
  ["todo", "to do"],
  ["patched", "patched"],
  ["rule", "by rule"],
  ["note", "note"],
];

/** Longest value of a difference that is shown whole. */
const longest = 48;

/** One row: a word in the margin, and a text that is broken at spaces. */
type Row = (word: string, text: string, look?: (text: string) => string) => readonly string[];

interface Page {
  readonly style: ReportStyle;
  readonly row: Row;
}

const margin = 12;

/**
 * A report for people: for each service what it was made of, what became of the rest, and what differs from before.
 *
 * @param options.width columns; lines are not broken without it
 */
export function formatReport(
  result: ImportResult,
  options: { readonly style?: ReportStyle; readonly width?: number } = {},
): string {
  const style = options.style ?? plain;
  const room = Math.max(30, (options.width ?? Number.POSITIVE_INFINITY) - margin);
  const page: Page = {
    style,
    row: (word, text, look = same) =>
      wrapped(text, room).map((line, index) =>
        index === 0
          ? `  ${look(word)}${" ".repeat(Math.max(1, margin - 2 - word.length))}${line}`
          : " ".repeat(margin) + line,
      ),
  };
  const { row } = page;
  const reasons = new Set(
    result.services.flatMap(({ comparisons }) =>
      comparisons.flatMap(({ differences }) => differences.flatMap(({ reason }) => reason ?? [])),
    ),
  );
  const parts: readonly (readonly string[])[] = [
    result.issues.flatMap(({ file, line, column, message, hint }) => [
      `${style.bad("✗")} ${file}:${line}:${column}  ${message}`,
      ...(hint === undefined ? [] : row("do", hint, style.faint)),
    ]),
    ...result.services.map((service) => serviceLines(service, page)),
    ...result.refused.map(({ name, from, reasons: against }) => [
      `${style.bad("✗")} ${style.strong(name)} cannot become a service`,
      ...row("from", madeOf(from)),
      ...against.flatMap(({ reason, advice }) => [...row("because", reason), ...row("do", advice, style.faint)]),
    ]),
    result.left.length === 0
      ? []
      : [
          "Not taken:",
          ...result.left.flatMap(({ kind, name, file, line, reason }) => [
            `  ${kind} ${name} ${style.faint(`(${file}:${line})`)}`,
            ...row("", reason),
          ]),
        ],
    reasons.size === 0
      ? []
      : ["Fairway's rules, for every service:", ...[...reasons].flatMap((reason) => row("", reason))],
  ];
  const filled = parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.map((line) => line.trimEnd()).join("\n")}\n`);
  return filled.join("\n");
}

function wrapped(text: string, room: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function serviceLines(service: ImportedService, page: Page): readonly string[] {
  const { style, row } = page;
  const count = (wanted: Verdict) => service.remarks.filter(({ verdict }) => verdict === wanted).length;
  const [lost, todo] = [count("lost"), count("todo")];
  const extras = Object.keys(service.kubernetes).length;
  const left = [
    `${service.patches === 0 ? "no" : service.patches} ${service.patches === 1 ? "patch" : "patches"}`,
    ...(extras === 0 ? [] : [`${extras} ${extras === 1 ? "file" : "files"} in kubernetes/`]),
    ...(lost === 0 ? [] : [`${lost} lost`]),
    ...(todo === 0 ? [] : [`${todo} to do`]),
  ];
  return [
    `${lost + todo === 0 ? style.good("✓") : style.doubtful("!")} ${style.strong(service.name)}  ${left.join(", ")}`,
    ...row("from", madeOf(service.from)),
    ...words.flatMap(([verdict, word]) => remarkLines(service.remarks, verdict, word, page)),
    ...service.comparisons.flatMap(({ environment, same: alike, differences }) =>
      comparisonLines(environment, alike, differences, page),
    ),
  ];
}

function remarkLines(
  remarks: readonly Remark[],
  verdict: Verdict,
  word: string,
  { style, row }: Page,
): readonly string[] {
  const look =
    verdict === "lost" || verdict === "todo" ? style.bad : verdict === "patched" ? style.doubtful : style.faint;
  return remarks
    .filter((one) => one.verdict === verdict)
    .flatMap(({ about, message, advice }) => [
      ...row(word, `${about}: ${message}`, look),
      ...(advice === undefined ? [] : row("  do", advice, style.faint)),
    ]);
}

function comparisonLines(
  environment: string | undefined,
  alike: number,
  differences: readonly Difference[],
  { style, row }: Page,
): readonly string[] {
  const count = (verdict: Difference["verdict"]) => differences.filter((one) => one.verdict === verdict).length;
  const own = differences.filter(({ verdict }) => verdict !== "rule");
  const where = environment === undefined ? "" : `${environment}: `;
  const mark = (verdict: Difference["verdict"]) =>
    verdict === "lost" ? style.bad("-") : verdict === "added" ? style.good("+") : style.doubtful("~");
  return [
    ...row(
      "compared",
      `${where}${alike} fields as before, ${count("rule")} by Fairway's rules, ${own.length} otherwise`,
    ),
    ...own.map(({ object, path, from, to, verdict }) => `    ${mark(verdict)} ${object}${path}  ${change(from, to)}`),
  ];
}

function change(from: unknown, to: unknown): string {
  if (from === undefined) return shown(to);
  return to === undefined ? shown(from) : `${shown(from)} → ${shown(to)}`;
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : (JSON.stringify(value) ?? "");
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

/** `Deployment shop, Service shop (k8s/shop.yaml)`, or with each file where there are several. */
function madeOf(places: readonly ObjectPlace[]): string {
  const byFile = Map.groupBy(places, ({ file }) => file);
  return [...byFile]
    .map(([file, all]) => `${all.map(({ kind, name }) => `${kind} ${name}`).join(", ")} (${file})`)
    .join("; ");
}
