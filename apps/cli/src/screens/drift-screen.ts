import { type DriftChange, driftWords, type KeptField, type ServiceDrift } from "@fairway/api";
import type { Style } from "../terminal/style.ts";
import { ago, counted, cut, printable, wrap } from "../terminal/text.ts";
import { valuesInLine } from "./value-lines.ts";

interface Look {
  readonly width: number;
  readonly style: Style;
  readonly now: number;
  readonly environmentFlag: string;
}

/** What somebody changed by hand, what was left to others, and what can be done. */
export function driftScreen(drift: ServiceDrift, look: Look): string[] {
  const { style, width, environmentFlag: flag } = look;
  const changes = drift.changes.filter(({ kept }) => !kept);
  const compared = drift.clusters.filter((one) => one.compared).map(({ cluster }) => cluster);
  const words =
    changes.length > 0
      ? style.doubtful(`${counted(changes.length, "change")} by hand`)
      : compared.length === 0
        ? style.bad("nothing is known")
        : style.good("as the release says");
  const field = changes.find((one) => one.field !== undefined)?.field;
  const isAnyLeft = drift.kept.length > 0;
  return [
    `  ${style.strong(printable(drift.service))}  ${words}  ${style.accent(drift.environment)}`,
    ...changes.flatMap((change) => ["", ...changeLines(change, drift, look)]),
    ...(!isAnyLeft ? [] : ["", `  ${style.faint("left to others")}`]),
    ...drift.kept.flatMap((one) => keptLines(one, drift, look)),
    ...drift.clusters.flatMap(({ cluster, problems }) =>
      problems.map((problem) => `  ${style.doubtful("!")} ${cut(`${cluster}: ${printable(problem)}`, width - 4)}`),
    ),
    ...(changes.length === 0 && !isAnyLeft ? [] : [""]),
    ...(changes.length === 0
      ? []
      : [`  ${style.faint("take back")}  ${style.accent(`fairway drift repair ${drift.service}${flag}`)}`]),
    ...(field === undefined
      ? []
      : [`  ${style.faint("leave it ")}  ${style.accent(keepCommand(drift.service, field, flag))}`]),
    ...(!isAnyLeft
      ? []
      : [
          `  ${style.faint("undo     ")}  ${style.accent(`fairway drift keep ${drift.service} <field> --undo${flag}`)}`,
        ]),
  ];
}

/** For the screens of status: one line for each change, the first few. */
export function driftLines(
  changes: readonly DriftChange[],
  { width, style, now }: Omit<Look, "environmentFlag">,
): string[] {
  const shown = changes.slice(0, 3);
  return [
    ...shown.flatMap((change) =>
      wrap(`changed by hand: ${printable(driftWords(change))}${when(change, now)}`, width - 4).map(
        (line, at) => `  ${at === 0 ? style.doubtful("!") : " "} ${line}`,
      ),
    ),
    ...(changes.length > shown.length
      ? [`    and ${counted(changes.length - shown.length, "more change", "more changes")}`]
      : []),
  ];
}

/** The command for a shell: names of fields have quotes and brackets in them. */
function keepCommand(service: string, field: string, flag: string): string {
  return `fairway drift keep ${service} ${/^[.\w]+$/.test(field) ? field : `'${field.replaceAll("'", "'\\''")}'`}${flag}`;
}

/** What others have there, where somebody has, and who has left it to them. */
function keptLines({ object, field, actor, at }: KeptField, drift: ServiceDrift, look: Look): string[] {
  const { style, width, now } = look;
  const there = drift.changes.filter((one) => one.kept && one.object === object && one.field === field);
  const lines = there.flatMap((change) => changeLines(change, drift, look));
  const isKnown = drift.clusters.every(({ compared }) => compared);
  const what = `${printable(field)} of ${printable(object)}${isKnown ? ": nobody else has it now" : ""}`;
  return [
    ...(lines.length > 0
      ? lines
      : wrap(what, width - 4).map((line, n) => `  ${n === 0 ? style.faint("·") : " "} ${line}`)),
    `      ${style.faint(`left by ${printable(actor)}, ${ago(at, now)}`)}`,
  ];
}

function changeLines(change: DriftChange, { clusters }: ServiceDrift, { width, style, now }: Look): string[] {
  const where = change.clusters.length === clusters.length ? "" : ` in ${change.clusters.join(", ")}`;
  const [first = "", ...more] = wrap(`${printable(driftWords(change))}${where}${when(change, now)}`, width - 4);
  const sides = { from: change.wanted, to: change.live };
  const both = change.wanted !== undefined && change.live !== undefined;
  const values = both && !change.hidden ? valuesInLine(sides, width - 6, false) : undefined;
  return [
    `  ${change.kept ? style.faint("·") : style.doubtful("!")} ${first}`,
    ...more.map((line) => `    ${line}`),
    ...(values === undefined ? [] : [`      ${style.faint(values)}`]),
  ];
}

function when({ at }: DriftChange, now: number): string {
  return at === undefined ? "" : `, ${ago(at, now)}`;
}
