import type { RolloutDetail } from "@fairway/api";
import { cut, duration, padEnd, printable } from "../terminal/text.ts";
import type { ScreenLine, ScreenOptions } from "./screen-line.ts";
import { sparkline } from "./sparkline.ts";
import { stepLines } from "./step-line.ts";

type Step = RolloutDetail["steps"][number];
type Wave = RolloutDetail["waves"][number];
type Gate = Pick<Step, "until" | "promoted" | "analysisSkipped">;

/** Where the words of a step begin, for what stands below it. */
const below = " ".repeat(17);
/** Measurements that the curve shows. */
const curve = 24;

/** How requests have gone over to the new release in one wave so far: its steps that have begun, the last of which may still move. */
export function takeoverLines(detail: RolloutDetail, wave: number, options: ScreenOptions): readonly ScreenLine[] {
  return detail.steps
    .filter((step) => step.wave === wave && step.status !== "waiting")
    .map((step): ScreenLine => {
      const settled = step.status === "done" || step.status === "stopped" || !goesForward(detail);
      const aside = settled ? passedBy(step) : (options.remark ?? waitOf(detail, step, options));
      return {
        key: `step ${wave} ${step.index}`,
        settled,
        lines: [
          ...stepLines(
            {
              mark: step.status === "stopped" ? "failed" : settled ? "done" : "running",
              word: "requests",
              detail: `${step.weight} % to the new release${ofWave(detail, wave)}`,
              milliseconds: elapsed(step, settled ? undefined : options.now),
              ...(aside === undefined ? {} : { aside }),
              frame: options.frame ?? 0,
            },
            options.width,
            options.style,
          ),
          ...(step.weight === 0 ? [] : analysisLines(detail, step, options)),
        ],
      };
    });
}

/** A wave that is, or was, looked at before the next one begins. */
export function bakeLine(detail: RolloutDetail, wave: number, options: ScreenOptions): readonly ScreenLine[] {
  const of: Wave | undefined = detail.waves[wave];
  if (of?.bake === undefined) return [];
  const { since, until } = of.bake;
  const settled = of.status !== "baking" || !goesForward(detail);
  const aside = settled ? passedBy(of.bake) : (options.remark ?? waitOfBake(detail, of.bake, options));
  return [
    {
      key: `bake ${wave}`,
      settled,
      lines: [
        ...stepLines(
          {
            mark: of.status === "restored" ? "failed" : settled ? "done" : "running",
            word: "bake",
            detail: `${of.clusters.join(", ")} before the next wave`,
            milliseconds: elapsed({ since, until }, settled ? undefined : options.now),
            ...(aside === undefined ? {} : { aside }),
            frame: options.frame ?? 0,
          },
          options.width,
          options.style,
        ),
        ...analysisLines(detail, { wave }, options),
      ],
    },
  ];
}

/** What people asked of it, with its answer. */
export function commandLines({ commands }: RolloutDetail, { width, style }: ScreenOptions): readonly ScreenLine[] {
  return commands
    .filter(({ accepted }) => accepted !== undefined)
    .map(({ id, actor, command: asked, accepted, reason }) => {
      const what = asked.type === "lose" ? `go on without ${asked.cluster}` : asked.type;
      const answer = accepted === true ? "" : `  refused: ${reason ?? "it does not say why"}`;
      const mark = accepted === true ? style.accent("›") : style.bad("✗");
      return {
        key: `command ${id}`,
        settled: true,
        lines: [cut(`  ${mark} ${printable(`${what}  by ${actor}${answer}`)}`, width)],
      };
    });
}

/** What a rollout waits for a person to say, where nothing on the screen moves: once for each gate. */
export function gateLines(detail: RolloutDetail, options: ScreenOptions): readonly ScreenLine[] {
  const gates = detail.steps.filter(
    ({ status, hold, promoted }) => status === "holding" && hold === undefined && !promoted,
  );
  if (!goesForward(detail)) return [];
  return gates.map(({ wave, index, weight }) => ({
    key: `gate ${wave} ${index}`,
    settled: true,
    lines: [
      `  ${options.style.doubtful("·")} ${weight} % to the new release waits for a person: ${command("promote", detail, options)}`,
    ],
  }));
}

/** `fairway promote user --env prod` */
export function command(name: string, { service }: Pick<RolloutDetail, "service">, options: ScreenOptions): string {
  return `fairway ${name} ${service}${options.environmentFlag ?? ""}`;
}

export function goesForward({ status }: RolloutDetail): boolean {
  return status === "queued" || status === "running";
}

/** ` in alpha`, where clusters go in waves. */
function ofWave({ waves }: RolloutDetail, wave: number): string {
  return waves.length < 2 ? "" : ` in ${(waves[wave]?.clusters ?? []).join(", ")}`;
}

function passedBy({ promoted, analysisSkipped }: Gate): string | undefined {
  const ways = [...(promoted ? ["promoted"] : []), ...(analysisSkipped ? ["measurements passed over"] : [])];
  return ways.length === 0 ? undefined : ways.join(", ");
}

/** What the step that goes on waits for. */
function waitOf(detail: RolloutDetail, step: Step, options: ScreenOptions): string | undefined {
  if (step.status === "shifting") {
    const slow = detail.clusters.find(({ traffic }) => traffic !== undefined && traffic.weight !== step.weight);
    return slow?.traffic === undefined ? "routers take it" : `${slow.name}: ${printable(slow.traffic.detail)}`;
  }
  if (step.promoted || step.hold === 0) return undefined;
  if (step.hold === undefined) return `waits for a person: ${command("promote", detail, options)}`;
  return leftOfGate(detail, step, options);
}

/** What the wave that is looked at waits for. */
function waitOfBake(detail: RolloutDetail, bake: Gate, options: ScreenOptions): string | undefined {
  if (bake.promoted) return "promoted";
  const left = leftOfGate(detail, bake, options);
  const promote = command("promote", detail, options);
  return left === undefined ? promote : `${left}, or ${promote}`;
}

/** How long it lasts still, then what of the measurements holds it. */
function leftOfGate(
  detail: RolloutDetail,
  { until, analysisSkipped }: Gate,
  options: ScreenOptions,
): string | undefined {
  if (until !== undefined && Date.parse(until) > options.now) return `${leftOf(until, options.now)} left`;
  const { verdict } = detail.analysis ?? {};
  if (verdict === undefined || verdict.state === "good" || analysisSkipped) return undefined;
  return `${printable(verdict.words)}; ${command("skip-analysis", detail, options)}`;
}

/** Each measurement of a step, or of a wave that is looked at: its newest value, its bounds, and how it went. */
function analysisLines(
  { analysis }: RolloutDetail,
  { wave, index }: { readonly wave: number; readonly index?: number },
  { width, style }: ScreenOptions,
): readonly string[] {
  if (analysis === undefined) return [];
  const measured = analysis.measured.filter((one) => one.wave === wave && one.step === index).slice(-curve);
  if (measured.length === 0) return [];
  const names = analysis.measurements.map(({ query }) => cut(printable(query), 28));
  const widest = Math.max(...names.map((name) => name.length));
  return analysis.measurements.map(({ min, max }, at) => {
    const values = measured.map((one) => one.values[at] ?? null);
    const value = values.at(-1) ?? null;
    const isOut = value !== null && ((max !== undefined && value > max) || (min !== undefined && value < min));
    const shown = value === null ? "no value" : String(Number(value.toPrecision(3)));
    const bounds = [...(min === undefined ? [] : [`≥ ${min}`]), ...(max === undefined ? [] : [`≤ ${max}`])].join(" ");
    const look = value === null ? style.doubtful : isOut ? style.bad : style.good;
    const line = `${padEnd(names[at] ?? "", widest)}  ${look(padEnd(shown, 8))}  ${style.faint(padEnd(bounds, 8))}  ${sparkline(values)}`;
    return cut(`${below}${line}`.trimEnd(), width);
  });
}

function leftOf(until: string, now: number): string {
  return duration(Math.max(0, Math.ceil((Date.parse(until) - now) / 1000) * 1000)).replace(/\.0 s$/, " s");
}

function elapsed(
  of: { readonly since?: string | undefined; readonly until?: string | undefined },
  now: number | undefined,
): number | undefined {
  const end = now ?? (of.until === undefined ? undefined : Date.parse(of.until));
  return of.since === undefined || end === undefined ? undefined : end - Date.parse(of.since);
}
