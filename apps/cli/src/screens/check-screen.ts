import type { Finding, Severity } from "@fairway/intake";
import type { Style } from "../terminal/style.ts";
import { cut, printable, wrap } from "../terminal/text.ts";

const words: Readonly<Record<Severity, string>> = { must: "must", should: "should", good: "good to know" };
const placesShown = 4;

/** Findings of one rule and message in one block: what, where, why, what to do. */
export function checkScreen(findings: readonly Finding[], width: number, style: Style): readonly string[] {
  const groups = Map.groupBy(findings, ({ severity, rule, message }) => `${severity} ${rule} ${message}`);
  return [...groups.values()].flatMap((group) => block(group, width, style));
}

function block(group: readonly Finding[], width: number, style: Style): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  const paint = { must: style.bad, should: style.doubtful, good: style.faint }[first.severity];
  const places = group.flatMap(({ place }) => (place === undefined ? [] : [place]));
  const rest = places.length - placesShown;
  const lines = first.lines ?? [];
  return [
    `${paint(words[first.severity])}  ${style.strong(printable(first.message))}`,
    ...places.slice(0, placesShown).flatMap(({ file, line, column, excerpt }) => {
      const where = [file, line, column].filter((part) => part !== undefined).join(":");
      return [
        cut(`  ${style.accent(printable(where))}${excerpt === undefined ? "" : `  ${printable(excerpt)}`}`, width),
      ];
    }),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    ...lines.map((line) => cut(`  ${style.faint("│")} ${printable(line)}`, width)),
    ...labelled("why", first.why, width, style),
    ...labelled("do", first.advice, width, style),
    "",
  ];
}

function labelled(label: string, text: string, width: number, style: Style): readonly string[] {
  return wrap(text, Math.max(40, Math.min(width, 100) - 7)).map(
    (line, at) => `  ${style.faint((at === 0 ? label : "").padEnd(3))}  ${line}`,
  );
}

/** `2 musts, 1 should` */
export function counts(findings: readonly Finding[]): string {
  const count = (severity: Severity) => findings.filter((one) => one.severity === severity).length;
  const [must, should, good] = [count("must"), count("should"), count("good")];
  return [
    ...(must > 0 ? [`${must} ${must === 1 ? "must" : "musts"}`] : []),
    ...(should > 0 ? [`${should} ${should === 1 ? "should" : "shoulds"}`] : []),
    ...(good > 0 ? [`${good} good to know`] : []),
  ].join(", ");
}
