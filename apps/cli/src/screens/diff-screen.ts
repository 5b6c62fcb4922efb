import type { DeployDiff } from "@fairway/api";
import type { Style } from "../terminal/style.ts";
import { counted, cut, padEnd, printable, shortRelease, widthOf, wrap } from "../terminal/text.ts";
import { type ChangedObject, type DiffSection, diffSections, titleOf } from "./diff-sections.ts";
import { valueLines, valuesInLine } from "./value-lines.ts";

export interface DiffOptions {
  readonly width: number;
  readonly style: Style;
  /** Nothing is cut. */
  readonly full: boolean;
}

type Risk = ChangedObject["risks"][number];
type Field = ChangedObject["fields"][number];

const marks = { created: "+", added: "+", changed: "~", removed: "-" } as const;
const indent = { object: 4, field: 6, value: 10 };
/** Columns of a field's name before its value, unless it is longer. */
const nameWidth = 26;

/** What a deploy would change: the whole in two lines, then cluster by cluster. */
export function diffScreen(diff: DeployDiff, options: DiffOptions): readonly string[] {
  const { width, style } = options;
  const sections = diffSections(diff.clusters);
  return [
    head(diff, options),
    ...wrap(summary(diff, sections), width - 2).map((line) => `  ${riskOf(sections) ? style.doubtful(line) : line}`),
    ...remarks(diff).flatMap((remark) => wrapped(remark, "  ", width).map((line) => style.faint(line))),
    ...sections.flatMap((section) => ["", ...sectionLines(section, options)]),
    ...problemLines(diff, options),
  ];
}

function head({ service, environment, active, release }: DeployDiff, { width, style }: DiffOptions): string {
  const next = release === undefined ? "a new release" : `release ${shortRelease(release)}`;
  const from = active === undefined || active === release ? "" : ` ← ${shortRelease(active)}`;
  const left = `  ${style.strong(printable(service))}  ${next}${from}`;
  return `${padEnd(left, Math.min(width - widthOf(environment) - 2, 72))}  ${style.accent(environment)}`;
}

function summary(diff: DeployDiff, sections: readonly DiffSection[]): string {
  const { clusters } = diff;
  const compared = clusters.filter((one) => one.compared);
  const objects = sections.flatMap((section) => section.objects);
  const where = (names: readonly string[]) => (names.length <= 3 ? names.join(", ") : `all ${names.length} clusters`);
  if (compared.length === 0) return "Nothing is known: no cluster could be compared.";
  const without = clusters.length - compared.length;
  const but = without === 0 ? "" : ` (${without} of ${counted(clusters.length, "cluster")} could not be compared)`;
  const blocked = clusters.some(
    ({ compared, problems }) => compared && problems.some(({ severity }) => severity === undefined),
  );
  if (objects.length === 0) {
    const same = `No changes: ${where(compared.map(({ cluster }) => cluster))} ${compared.length === 1 ? "is" : "are"} as app.toml says${but}`;
    return blocked ? `${same}, but a deploy would be refused.` : `${same}.`;
  }
  const count = objects.reduce((sum, one) => sum + (one.change === "changed" ? one.fields.length : 1), 0);
  const touched = new Set(sections.flatMap((section) => section.clusters)).size;
  const what =
    count === 0
      ? "No field changes, but a new release"
      : `${counted(count, "change")} in ${counted(touched, "cluster")}${but}`;
  const effects = [...effectsOf(objects.flatMap(({ risks }) => risks)), ...(blocked ? ["would be refused"] : [])];
  if (diff.active === undefined && objects.every(({ change }) => change === "created"))
    return `Not deployed yet, so everything is new: ${counted(count, "object")} in ${counted(touched, "cluster")}${but}${blocked ? "; it would be refused" : ""}.`;
  return effects.length === 0 ? `${what}.` : `${what}: ${effects.join(", ")}.`;
}

/** Risks in words, each kind once. */
function effectsOf(risks: readonly Risk[]): readonly string[] {
  const of = (code: Risk["code"]) => [...new Set(risks.filter((risk) => risk.code === code).map(({ why }) => why))];
  const [restart, lost, shrink] = [of("restart"), of("host-lost"), of("shrink")];
  const removed = risks.filter(({ code }) => code === "removed").length;
  return [
    ...(restart.length === 0 ? [] : ["restarts all pods"]),
    ...(lost.length === 0 ? [] : [`loses ${lost.length === 1 ? "host" : "hosts"} ${lost.map(printable).join(", ")}`]),
    ...(shrink.length === 0 ? [] : [shrink.length <= 2 ? `shrinks ${shrink.join(" and ")}` : "shrinks several sizes"]),
    ...(removed === 0 ? [] : [`deletes ${counted(removed, "object")}`]),
    ...(of("immutable").length === 0 ? [] : ["changes what cannot be changed"]),
  ];
}

function riskOf(sections: readonly DiffSection[]): boolean {
  return sections.some(({ objects }) => objects.some(({ risks }) => risks.length > 0));
}

function remarks({ code, notes, active }: DeployDiff): readonly string[] {
  const running = "With the code that runs now; fairway diff --build compares with what this folder builds.";
  const none = "Without code: none was sent, and none runs yet.";
  return [
    ...(code === "running" ? [running] : code === "none" && active !== undefined ? [none] : []),
    ...notes.map((note) => printable(`${note.charAt(0).toUpperCase()}${note.slice(1)}.`)),
  ];
}

function sectionLines({ clusters, objects }: DiffSection, options: DiffOptions): readonly string[] {
  const { width, style } = options;
  return [
    `  ${style.accent(cut(clusters.join(", "), width - 2))}`,
    ...objects.flatMap((one) => objectLines(one, options)),
  ];
}

function objectLines(object: ChangedObject, options: DiffOptions): readonly string[] {
  const { width, style } = options;
  const { change, fields, risks } = object;
  const title = printable(titleOf(object));
  const mark = change === "changed" ? "" : `${marks[change]} `;
  const look = lookOf(marks[change], style);
  const words = risks.filter(({ code }) => code !== "removed").map(riskWords);
  const about = [...new Set(words)];
  const line = `${" ".repeat(indent.object)}${change === "changed" ? style.strong(title) : look(`${mark}${title}`)}`;
  const beside = about.join(", ");
  const fits = Math.max(widthOf(line), 34) + 4 + widthOf(beside) <= width;
  return [
    fits && beside !== "" ? `${padEnd(line, 34)}  ${style.doubtful(`! ${beside}`)}` : line,
    ...(fits ? [] : about.flatMap((one) => hanging("! ", one, indent.field, width)).map(style.doubtful)),
    ...fields.flatMap((field) => fieldLines(field, options)),
  ];
}

function riskWords({ code, why, path }: Risk): string {
  const text = printable(why);
  switch (code) {
    case "restart":
      return "restarts all pods";
    case "shrink":
      return `shrinks ${text}`;
    case "host-lost":
      return `loses ${text}`;
    case "immutable":
      return `cannot be changed${path === undefined ? "" : ` (${readable(path)})`}: ${text}`;
    case "replace":
      return `would have to be made anew: ${text}`;
    default:
      return text;
  }
}

function fieldLines(field: Field, options: DiffOptions): readonly string[] {
  const { width, style, full } = options;
  const mark = marks[field.change];
  const look = lookOf(mark, style);
  const name = `${" ".repeat(indent.field)}${mark} ${readable(field.path)}`;
  const value = (room: number) =>
    field.hidden ? (field.change === "changed" ? "(hidden, changed)" : "(hidden)") : valuesInLine(field, room, full);
  const column = Math.max(widthOf(name), indent.field + 2 + nameWidth) + 2;
  const beside = width - column >= 24 ? value(width - column) : undefined;
  if (beside !== undefined) return [`${look(padEnd(name, column))}${beside}`];
  const below = value(width - indent.value);
  const head = look(full ? name : cut(name, width));
  if (below !== undefined) return [head, `${" ".repeat(indent.value)}${below}`];
  const lines = valueLines(field, width - indent.value - 2, full);
  return [
    head,
    ...lines.map((line) => `${" ".repeat(indent.value)}${lookOf(line.mark, style)(`${line.mark} ${line.text}`)}`),
  ];
}

/** `.spec.containers[name="app"].env[name="A"].value` as `spec.containers[app].env[A].value`. */
function readable(path: string): string {
  const steps = path.replace(/\[(?:(\w+)=)?("(?:[^"\\]|\\.)*"|\d+)\]/g, (_, _key, value: string) => {
    return value.startsWith('"') ? `[${String(JSON.parse(value))}]` : `[${value}]`;
  });
  return printable(steps.replace(/^\./, ""));
}

function problemLines({ clusters }: DeployDiff, { width, style }: DiffOptions): readonly string[] {
  const lines = clusters.flatMap(({ cluster, compared, problems }) =>
    problems.flatMap(({ severity, message, advice }) => {
      const who = severity === undefined ? cluster : `warning, ${cluster}`;
      const [first = "", ...rest] = wrap(`${who}: ${printable(message)}`, width - 4);
      const mark = compared ? style.doubtful("!") : style.bad("✗");
      return [
        `  ${mark} ${first}`,
        ...rest.map((line) => `    ${line}`),
        ...(advice === undefined ? [] : wrapped(printable(advice), "         ", width)).map((line, at) =>
          at === 0 ? `    ${style.faint("do")}   ${line.trimStart()}` : line,
        ),
      ];
    }),
  );
  return lines.length === 0 ? [] : ["", ...lines];
}

function lookOf(mark: "+" | "~" | "-" | " ", style: Style): (text: string) => string {
  if (mark === "+") return style.good;
  if (mark === "-") return style.bad;
  return mark === "~" ? style.doubtful : style.faint;
}

/** Lines below the first one stand under its text. */
function hanging(mark: string, text: string, column: number, width: number): readonly string[] {
  const lines = wrap(text, width - column - mark.length);
  return lines.map((line, at) => `${" ".repeat(column)}${at === 0 ? mark : " ".repeat(mark.length)}${line}`);
}

function wrapped(text: string, before: string, width: number): readonly string[] {
  return wrap(text, width - before.length).map((line) => `${before}${line}`);
}
