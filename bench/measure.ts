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
}

/** A size, which has no peer but what is wanted. In MB (10^6 bytes). */
export interface SizeRow {
  readonly what: string;
  readonly megabytes: number;
  readonly bound: string;
}

/** A table for people and for bench/README.md. */
export function table(rows: readonly (Row | SizeRow)[]): string {
  const lines = rows.map((row) => {
    if ("megabytes" in row) return `| ${row.what} | ${row.megabytes.toFixed(0)} MB | | | | ${row.bound} |`;
    const { what, milliseconds, peer, peerMilliseconds, bound } = row;
    const ratio = (milliseconds / peerMilliseconds).toFixed(2);
    return `| ${what} | ${format(milliseconds)} | ${peer} | ${format(peerMilliseconds)} | ${ratio} | ${bound} |`;
  });
  return ["| what | ours | against | theirs | ratio | wanted |", "|---|---|---|---|---|---|", ...lines].join("\n");
}

function format(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}
