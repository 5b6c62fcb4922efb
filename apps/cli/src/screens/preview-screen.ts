import type { Preview } from "../profile-file/preview.ts";
import type { Style } from "../terminal/style.ts";
import { counted, cut, printable, wrap } from "../terminal/text.ts";

type Service = Preview["services"][number];

/** Names that a line has before it says how many more there are. */
const namesShown = 8;
const marks = { refused: "✗", changed: "~", unknown: "?" } as const;
const order = ["refused", "unknown", "changed"] as const;

/**
 * What making every service anew would change: first who could not be released any more, then who changes; services to
 * which the same happens stand together.
 *
 * @param full cuts nothing
 */
export function previewScreen(
  { services, end }: Preview,
  style: Style,
  width: number,
  full: boolean,
): readonly string[] {
  const several = new Set(services.map(({ environment }) => environment)).size > 1;
  const groups = [...Map.groupBy(services, alike).values()];
  const lines = order.flatMap((outcome) =>
    groups
      .filter(([first]) => first?.outcome === outcome)
      .flatMap((group) => groupLines(group, { style, width, full, several })),
  );
  return [...lines, ...(lines.length === 0 ? [] : [""]), ...wrap(summary(end), Math.min(width, 100))];
}

/** Services with the same key are told together. */
function alike({ environment, outcome, changes, restarts, reason, issues }: Service): string {
  return JSON.stringify([environment, outcome, changes, restarts, reason, issues]);
}

function groupLines(
  group: readonly Service[],
  { style, width, full, several }: { style: Style; width: number; full: boolean; several: boolean },
): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  const { environment, outcome, changes, restarts, reason, issues = [] } = first;
  const fit = (line: string) => (full ? line : cut(line, width));
  const shown = group.slice(0, full ? group.length : namesShown).map(({ service }) => style.strong(printable(service)));
  const rest = group.length - shown.length;
  const names = `${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
  const paint = outcome === "refused" ? style.bad : outcome === "unknown" ? style.doubtful : style.accent;
  const told = [...(several ? [printable(environment)] : []), ...(outcome === "refused" ? ["cannot be released"] : [])];
  const everywhere = new Set(changes.flatMap(({ clusters }) => clusters)).size;
  return [
    fit(`${paint(marks[outcome])} ${names}${told.length === 0 ? "" : `  ${style.faint(told.join(", "))}`}`),
    ...(reason !== undefined && issues.length === 0 ? [fit(`    ${printable(reason)}`)] : []),
    ...issues.map(({ message, file, line, column }) =>
      fit(
        `    ${printable(message)}${line === undefined ? "" : style.faint(`  ${file ?? "app.toml"}:${line}:${column ?? 1}`)}`,
      ),
    ),
    ...(restarts.length === 0
      ? []
      : [fit(`    ${style.doubtful("!")} other pods in ${restarts.map(printable).join(", ")}`)]),
    ...changes.map(({ change, clusters }) =>
      fit(
        `    ${printable(change)}${clusters.length < everywhere ? style.faint(`  in ${clusters.map(printable).join(", ")}`) : ""}`,
      ),
    ),
  ];
}

function summary({ services, unchanged, changed, refused, unknown, restarting }: Preview["end"]): string {
  const parts = [
    ...(refused === 0 ? [] : [`${refused} could not be released any more`]),
    ...(changed === 0 ? [] : [`${changed} would change${restarting === 0 ? "" : ` (${restarting} with other pods)`}`]),
    ...(unknown === 0 ? [] : [`${unknown} not known`]),
    ...(unchanged === 0 ? [] : [`${unchanged} would stay as ${unchanged === 1 ? "it is" : "they are"}`]),
  ];
  return `${counted(services, "service")}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}.${
    changed === 0 ? "" : " Each changes with its next deploy or with fairway fleet start, none before."
  }`;
}
