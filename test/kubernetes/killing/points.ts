/** Where in a rollout the server is killed: counted, so that a run can be repeated. */

/**
 * `before` and `after`: around the rollout's n-th write to any cluster (not passed on; done, and its answer withheld). `entry`: as
 * soon as the n-th entry of its journal is seen.
 */
export interface Point {
  readonly at: "before" | "after" | "entry";
  readonly n: number;
}

/** What a rollout did that was left alone: times of its writes and journal entries, in milliseconds. */
export interface Recorded {
  readonly writes: readonly number[];
  readonly entries: readonly number[];
}

/** Every point of a recorded rollout, in the order in which they come. */
export function pointsOf({ writes, entries }: Recorded): readonly Point[] {
  const timed = [
    ...writes.flatMap((time, index) => [
      { time, point: { at: "before", n: index + 1 } as const },
      { time: time + 0.5, point: { at: "after", n: index + 1 } as const },
    ]),
    ...entries.map((time, index) => ({ time: time + 0.7, point: { at: "entry", n: index + 1 } as const })),
  ];
  return timed.toSorted((one, other) => one.time - other.time).map(({ point }) => point);
}

/** The point at a share (0 to 1) of a rollout's way. */
export function pointAt(share: number, points: readonly Point[]): Point {
  const point = points[Math.min(points.length - 1, Math.floor(share * points.length))];
  if (point === undefined) throw new Error("a rollout without points");
  return point;
}

/** `before7`, `entry3`. */
export function pointText({ at, n }: Point): string {
  return `${at}${n}`;
}

/** Reads `pointText`; undefined when it is none. */
export function parsePoint(text: string): Point | undefined {
  const [, at, n] = /^(before|after|entry)([1-9]\d*)$/.exec(text) ?? [];
  return at === "before" || at === "after" || at === "entry" ? { at, n: Number(n) } : undefined;
}
