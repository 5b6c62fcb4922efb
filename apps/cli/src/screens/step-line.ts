import type { Style } from "../terminal/style.ts";
import { cut, duration, padEnd, widthOf } from "../terminal/text.ts";

/** One step of a deploy: a mark, a word, what it was, how long it took. */
export interface Step {
  readonly mark: "done" | "failed" | "back" | "running";
  readonly word: string;
  readonly detail: string;
  /** Undefined while it is not known. */
  readonly milliseconds: number | undefined;
  /** What it is waiting for, or a remark; goes below when it does not fit beside. */
  readonly aside?: string;
  /** Counts up while it runs. */
  readonly frame?: number;
}

/** Columns: mark at 2, detail at 17, time up to 59, aside from 62. Narrow terminals get a shorter detail. */
const detailAt = 17;
const timeWidth = 6;
const asideGap = 3;
const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** Columns that the detail of a step may take; more moves the time to the right. */
export function detailWidth(width: number): number {
  return Math.min(36, Math.max(12, width - detailAt - timeWidth));
}

/** A step as one line, or two when there is an aside that needs one of its own; none is wider than `width`. */
export function stepLines(step: Step, width: number, style: Style): string[] {
  const wanted = detailWidth(width);
  const time = step.milliseconds === undefined ? "" : duration(step.milliseconds);
  const detail = cut(step.detail, width - detailAt - Math.max(timeWidth, widthOf(time)) - 2);
  // The time ends in its column, however long it is.
  const column = Math.max(widthOf(detail) + 2, wanted + timeWidth - widthOf(time));
  const head = `  ${markOf(step, style)} ${padEnd(step.word, detailAt - 4)}${padEnd(detail, column)}${style.faint(time)}`;
  if (step.aside === undefined) return [head.trimEnd()];
  const beside = width - widthOf(head) - asideGap;
  if (widthOf(step.aside) <= beside) return [`${head}${" ".repeat(asideGap)}${style.faint(step.aside)}`];
  return [head.trimEnd(), " ".repeat(detailAt) + style.faint(cut(step.aside, width - detailAt))];
}

/** The line above the steps: what is deployed, how much of it, and to which environment. */
export function headLine(
  head: {
    readonly service: string;
    readonly replicas: number;
    readonly clusters: readonly string[];
    readonly environment: string;
  },
  width: number,
  style: Style,
): string {
  const replicas = `${head.replicas} ${head.replicas === 1 ? "replica" : "replicas"} in ${head.clusters.length > 1 ? "each of " : ""}`;
  const room = width - 6 - widthOf(head.service) - widthOf(replicas) - widthOf(head.environment);
  const all = head.clusters.join(", ");
  const clusters = widthOf(all) <= room ? all : `${head.clusters.length} clusters`;
  const left = `  ${style.strong(head.service)}  ${replicas}${clusters}`;
  return `${padEnd(left, detailAt + detailWidth(width) - 2)}  ${style.accent(head.environment)}`;
}

/** `release 7c41e0 ← 5b02aa   2 changes: image, env LOG_LEVEL`. */
export function releaseLines(
  release: { readonly name: string; readonly previous: string | undefined; readonly changes: readonly string[] },
  width: number,
  style: Style,
): string[] {
  const from = release.previous === undefined || release.previous === release.name ? "" : ` ← ${release.previous}`;
  const changes =
    release.previous === undefined
      ? "the first one"
      : release.changes.length === 0
        ? "no changes"
        : `${release.changes.length} ${release.changes.length === 1 ? "change" : "changes"}: ${release.changes.join(", ")}`;
  const head = `  release ${release.name}${from}   `;
  return [`  release ${style.strong(release.name)}${from}   ${cut(changes, Math.max(10, width - widthOf(head)))}`];
}

function markOf(step: Step, style: Style): string {
  if (step.mark === "done") return style.good("✓");
  if (step.mark === "failed") return style.bad("✗");
  if (step.mark === "back") return style.doubtful("↩");
  return style.accent(spinner[(step.frame ?? 0) % spinner.length] ?? "⠋");
}
