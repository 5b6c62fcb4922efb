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

/** A report for people: for each service what it was made of, what became of the rest, and what differs from before. */
export function formatReport(result: ImportResult, style: ReportStyle = plain): string {
  const lines: string[] = [];
  for (const issue of result.issues) {
    lines.push(`${style.bad("✗")} ${issue.file}:${issue.line}:${issue.column}  ${issue.message}`);
    if (issue.hint !== undefined) lines.push(`  ${style.faint("do")}        ${issue.hint}`);
  }
  for (const service of result.services)
    lines.push(...(lines.length === 0 ? [] : [""]), ...serviceLines(service, style));
  for (const { name, from, reasons } of result.refused) {
    lines.push(
      ...(lines.length === 0 ? [] : [""]),
      `${style.bad("✗")} ${style.strong(name)} cannot become a service`,
      `  from      ${madeOf(from)}`,
    );
    for (const { reason, advice } of reasons)
      lines.push(`  because   ${reason}`, `  ${style.faint("do")}        ${advice}`);
  }
  if (result.left.length > 0) {
    lines.push(...(lines.length === 0 ? [] : [""]), "Not taken:");
    for (const { kind, name, file, line, reason } of result.left) {
      lines.push(`  ${kind} ${name} ${style.faint(`(${file}:${line})`)}`, `            ${reason}`);
    }
  }
  const reasons = new Set(
    result.services.flatMap(({ comparisons }) =>
      comparisons.flatMap(({ differences }) => differences.flatMap(({ reason }) => reason ?? [])),
    ),
  );
  if (reasons.size > 0)
    lines.push("", "Fairway's rules, for every service:", ...[...reasons].map((reason) => `            ${reason}`));
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function serviceLines(service: ImportedService, style: ReportStyle): readonly string[] {
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
    `  from      ${madeOf(service.from)}`,
    ...words.flatMap(([verdict, word]) => remarkLines(service.remarks, verdict, word, style)),
    ...service.comparisons.flatMap(({ environment, same: alike, differences }) =>
      comparisonLines(environment, alike, differences, style),
    ),
  ];
}

function remarkLines(
  remarks: readonly Remark[],
  verdict: Verdict,
  word: string,
  style: ReportStyle,
): readonly string[] {
  const look =
    verdict === "lost" || verdict === "todo" ? style.bad : verdict === "patched" ? style.doubtful : style.faint;
  return remarks
    .filter((one) => one.verdict === verdict)
    .flatMap(({ about, message, advice }) => [
      `  ${look(word)}${" ".repeat(10 - word.length)}${about}: ${message}`,
      ...(advice === undefined ? [] : [`  ${style.faint("  do")}        ${advice}`]),
    ]);
}

function comparisonLines(
  environment: string | undefined,
  alike: number,
  differences: readonly Difference[],
  style: ReportStyle,
): readonly string[] {
  const count = (verdict: Difference["verdict"]) => differences.filter((one) => one.verdict === verdict).length;
  const own = differences.filter(({ verdict }) => verdict !== "rule");
  return [
    `  compared  ${environment === undefined ? "" : `${environment}: `}${alike} fields as before, ${count("rule")} by Fairway's rules, ${own.length} otherwise`,
    ...own.map(
      ({ object, path, from, to, verdict }) =>
        `    ${verdict === "lost" ? style.bad("-") : verdict === "added" ? style.good("+") : style.doubtful("~")} ${object}${path}  ${change(from, to)}`,
    ),
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
