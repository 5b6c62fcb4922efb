import type { RolloutDetail } from "@fairway/api";
import type { Style } from "../terminal/style.ts";
import { cut, printable, shortRelease, widthOf } from "../terminal/text.ts";
import type { ScreenLine, ScreenOptions } from "./screen-line.ts";
import { detailWidth, stepLines } from "./step-line.ts";
import { bakeLine, command, commandLines, takeoverLines } from "./takeover-lines.ts";

type InCluster = RolloutDetail["clusters"][number];
type PhaseInCluster = NonNullable<InCluster["restore"]>;
type Part = { readonly cluster: InCluster; readonly phase: PhaseInCluster };

/** Lines of a migration's log that are shown while it runs. */
const migrationLines = 3;

/** The steps of a rollout so far, in order: settled ones, and at most one that still moves, at the end. */
export function rolloutScreen(detail: RolloutDetail, given: ScreenOptions): readonly ScreenLine[] {
  const { paused } = detail;
  const held = paused && `paused by ${printable(paused.by)}: ${command("resume", detail, given)}`;
  const options = { ...given, remark: given.remark ?? held };
  const lines = ["prepare", "init", "db"].flatMap((name) => phaseLines(detail, name, options));
  // Without waves all clusters are one.
  const waves = detail.waves.length === 0 ? [undefined] : detail.waves.map(({ clusters }) => clusters);
  for (const [wave, clusters] of waves.entries()) {
    const within = waves.length < 2 || clusters === undefined ? undefined : { wave, clusters };
    lines.push(...phaseLines(detail, "app", options, within));
    const taken = takeoverLines(detail, wave, options);
    lines.push(...(taken.length === 0 ? phaseLines(detail, "balancing", options, within) : taken));
    lines.push(...bakeLine(detail, wave, options));
  }
  lines.push(...phaseLines(detail, "cleanup", options));
  const restoring = partsOf(detail, (cluster) => cluster.restore);
  if (restoring.length > 0) lines.push(restoreLine(detail, restoring, options));
  const settled = lines.filter((line) => line.settled);
  const moving = lines.filter((line) => !line.settled);
  return [...settled, ...commandLines(detail, options), ...moving.slice(0, 1)];
}

interface Within {
  readonly wave: number;
  readonly clusters: readonly string[];
}

/** A phase, in one wave or everywhere; nothing before it has begun anywhere. */
function phaseLines(
  detail: RolloutDetail,
  name: string,
  options: ScreenOptions,
  within?: Within,
): readonly ScreenLine[] {
  const parts = partsOf(detail, (cluster) =>
    within === undefined || within.clusters.includes(cluster.name) ? cluster.phases[name] : undefined,
  );
  if (parts.every(({ phase }) => phase.status === "waiting" || phase.status === "skipped")) return [];
  const line = phaseLine(detail, name, parts, options);
  const log = name === "db" && !line.settled ? (detail.migration?.log ?? []).slice(-migrationLines) : [];
  const below = log.map((one) => cut(`${" ".repeat(17)}${options.style.faint(printable(one))}`, options.width));
  const key = within === undefined ? name : `${name} ${within.wave}`;
  return [{ ...line, key, lines: [...line.lines, ...below] }];
}

function phaseLine(detail: RolloutDetail, name: string, parts: readonly Part[], options: ScreenOptions): ScreenLine {
  const done = parts.every(({ phase }) => phase.status === "done" || phase.status === "skipped");
  const failed = parts.some(({ phase }) => phase.status === "failed");
  const waits = parts.some(({ phase }) => phase.status === "running" || phase.status === "waiting");
  // Once the rollout has turned back or has ended, nothing in a phase goes on, whatever its last word was.
  const forward = detail.status === "queued" || detail.status === "running";
  const settled = done || !forward || (failed && !waits);
  const texts = parts.map((part) => partText(part, name, settled && !done, options.style));
  const aside = settled ? undefined : (options.remark ?? asideOf(parts));
  return {
    key: name,
    settled,
    lines: stepLines(
      {
        // A cluster that is left to converge later is told at the end; it did not fail.
        mark: done || detail.status === "succeeded" ? "done" : settled ? "failed" : "running",
        word: name,
        detail: joined(parts, texts, options.width),
        milliseconds: elapsed(parts, settled ? undefined : options.now),
        ...(aside === undefined ? {} : { aside }),
        frame: options.frame ?? 0,
      },
      options.width,
      options.style,
    ),
  };
}

function restoreLine(detail: RolloutDetail, parts: readonly Part[], options: ScreenOptions): ScreenLine {
  const ended = detail.status === "failed" || detail.status === "refused" || detail.status === "succeeded";
  const done = parts.every(({ phase }) => phase.status === "done" || phase.status === "skipped");
  const waits = parts.some(({ phase }) => phase.status === "running" || phase.status === "waiting");
  const failed = !waits && !done;
  // A rollout may end while a cluster that is away has still to be restored.
  const settled = ended || !waits;
  const where = detail.from === undefined ? "" : `  on release ${shortRelease(detail.from)}`;
  const texts = parts.map((part) => partText(done ? uncounted(part) : part, "restore", failed, options.style));
  const aside = settled ? undefined : (options.remark ?? asideOf(parts));
  return {
    key: "restore",
    settled,
    lines: stepLines(
      {
        mark: failed ? "failed" : settled ? "back" : "running",
        // Where nothing ran before, what was made is taken away again.
        word:
          detail.from === undefined
            ? done
              ? "removed"
              : failed
                ? "remove"
                : "removing"
            : done
              ? "restored"
              : failed
                ? "restore"
                : "restoring",
        detail: `${joined(parts, texts, options.width)}${done ? where : ""}`,
        milliseconds: elapsed(parts, settled ? undefined : options.now),
        ...(aside === undefined ? {} : { aside }),
        frame: options.frame ?? 0,
      },
      options.width,
      options.style,
    ),
  };
}

function partsOf(detail: RolloutDetail, phaseOf: (cluster: InCluster) => PhaseInCluster | undefined): Part[] {
  return detail.clusters.flatMap((cluster) => {
    const phase = phaseOf(cluster);
    return phase === undefined ? [] : [{ cluster, phase }];
  });
}

function uncounted({ cluster, phase }: Part): Part {
  const { detail: _, ...rest } = phase;
  return { cluster, phase: rest };
}

/** `alpha 2/2 ✓`, `beta 1/2`, `beta …`, `beta ✗`. */
function partText({ cluster, phase }: Part, name: string, phaseFailed: boolean, style: Style): string {
  if (cluster.behind !== undefined && phase.status !== "done") {
    return style.doubtful(`${cluster.name} ${cluster.lost === undefined ? "left behind" : "lost"}`);
  }
  const count = countOf(cluster, phase, name);
  const words = count === undefined ? cluster.name : `${cluster.name} ${count}`;
  switch (phase.status) {
    case "done":
      return phaseFailed && count !== undefined ? words : `${words} ${style.good("✓")}`;
    case "skipped":
      // Interrupted where it was, because another cluster failed.
      return count === undefined ? `${words} –` : words;
    case "failed": {
      // The count says it already, unless it looks complete.
      const [ready, desired] = (count ?? "").split("/");
      return count !== undefined && ready !== desired ? style.bad(words) : `${words} ${style.bad("✗")}`;
    }
    case "running":
      return count === undefined ? `${words} …` : words;
    default:
      return `${words} ·`;
  }
}

function countOf(cluster: InCluster, phase: PhaseInCluster, name: string): string | undefined {
  if (phase.detail !== undefined && /^\d+\/\d+$/.test(phase.detail)) return phase.detail;
  // The pods that are counted now belong to a later phase once this one has ended.
  return name === "app" && phase.status === "running" ? `${cluster.ready}/${cluster.desired}` : undefined;
}

/** All clusters side by side; with too many for the line, how many are through and those that are not. */
function joined(parts: readonly Part[], texts: readonly string[], width: number): string {
  const all = texts.join("  ");
  const room = Math.max(detailWidth(width), width - 24);
  if (widthOf(all) <= room) return all;
  const through = parts.filter(({ phase }) => phase.status === "done" || phase.status === "skipped").length;
  let short = `${through} of ${parts.length} ✓`;
  let left = 0;
  for (const [at, { phase }] of parts.entries()) {
    if (phase.status === "done" || phase.status === "skipped") continue;
    const longer = `${short}  ${texts[at] ?? ""}`;
    if (left === 0 && widthOf(longer) <= room - 5) short = longer;
    else left += 1;
  }
  return left === 0 ? short : `${short}  +${left}`;
}

function asideOf(parts: readonly Part[]): string | undefined {
  const running = parts.filter(({ phase }) => phase.status === "running");
  for (const { cluster } of running) {
    if (!cluster.reachable) return `${cluster.name}: cannot be reached`;
    if (cluster.suspect !== undefined) return `${cluster.name}: ${printable(cluster.suspect.summary)}`;
  }
  for (const { cluster, phase } of running)
    if (phase.detail !== undefined && !/^\d+\/\d+$/.test(phase.detail))
      return `${cluster.name}: ${printable(phase.detail)}`;
  return undefined;
}

/** @param now undefined once nothing runs any more, whatever its last word was */
function elapsed(parts: readonly Part[], now: number | undefined): number | undefined {
  const times = (of: "startedAt" | "endedAt") =>
    parts.flatMap(({ phase }) => (phase[of] === undefined ? [] : [Date.parse(phase[of])]));
  const starts = times("startedAt");
  const end = now ?? Math.max(...times("endedAt"));
  return starts.length === 0 || !Number.isFinite(end) ? undefined : end - Math.min(...starts);
}
