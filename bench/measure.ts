import { spawnSync } from "node:child_process";

/** Middle of the sorted values; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Milliseconds of a whole process, from start to exit; the median of `rounds` after one that is not counted. */
export function processTime(command: string, args: readonly string[], rounds: number, env = process.env): number {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const begin = performance.now();
    const { status, stderr } = spawnSync(command, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${stderr.toString()}`);
    if (round > 0) times.push(performance.now() - begin);
  }
  return median(times);
}

/**
 * The same of several commands, by turns, so that what else the machine does hits all of them.
 *
 * @param commands each with its arguments
 */
export function processTimes(commands: readonly (readonly [string, ...string[]])[], rounds: number): readonly number[] {
  const times = commands.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, [command, ...args]] of commands.entries()) times[at]?.push(processTime(command, args, 1));
  }
  return times.map(median);
}

export interface Row {
  readonly what: string;
  readonly milliseconds: number;
  readonly peer: string;
  readonly peerMilliseconds: number;
  readonly bound: string;
  /** The shortest and the longest of the times, where these are far from each other. */
  readonly spread?: readonly [ours: Spread, theirs: Spread];
}

type Spread = readonly [shortest: number, longest: number];

/** Medians of both lists of milliseconds, with how far these go. */
export function spreadRow(
  what: string,
  ours: readonly number[],
  peer: string,
  theirs: readonly number[],
  bound: string,
): Row {
  const spread = (of: readonly number[]): Spread => [Math.min(...of), Math.max(...of)];
  const all = { what, milliseconds: median(ours), peer, peerMilliseconds: median(theirs), bound };
  return { ...all, spread: [spread(ours), spread(theirs)] };
}

/** A size, which has no peer but what is wanted. In MB (10^6 bytes). */
export interface SizeRow {
  readonly what: string;
  readonly megabytes: number;
  readonly bound: string;
}

/** How many of something. */
export interface CountRow {
  readonly what: string;
  readonly count: number;
  readonly unit: string;
  readonly peer?: string;
  readonly peerCount?: number;
  readonly bound: string;
}

/** A table for people and for bench/README.md. */
export function table(rows: readonly (Row | SizeRow | CountRow)[]): string {
  const lines = rows.map((row) => {
    if ("count" in row) return countLine(row);
    if ("megabytes" in row) return `| ${row.what} | ${row.megabytes.toFixed(0)} MB | | | | ${row.bound} |`;
    const { what, milliseconds, peer, peerMilliseconds, bound, spread } = row;
    const ratio = (milliseconds / peerMilliseconds).toFixed(2);
    const ours = `${format(milliseconds)}${within(spread?.[0])}`;
    const theirs = `${format(peerMilliseconds)}${within(spread?.[1])}`;
    return `| ${what} | ${ours} | ${peer} | ${theirs} | ${ratio} | ${bound} |`;
  });
  return ["| what | ours | against | theirs | ratio | wanted |", "|---|---|---|---|---|---|", ...lines].join("\n");
}

function countLine({ what, count, unit, peer = "", peerCount, bound }: CountRow): string {
  const theirs = peerCount === undefined ? "" : peerCount.toFixed(0);
  const ratio = peerCount === undefined ? "" : (count / peerCount).toFixed(2);
  return `| ${what} | ${count.toFixed(0)} ${unit} | ${peer} | ${theirs} | ${ratio} | ${bound} |`;
}

function within(spread: Spread | undefined): string {
  if (spread === undefined || spread[0] === spread[1]) return "";
  return ` (${format(spread[0])} to ${format(spread[1])})`;
}

function format(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}
