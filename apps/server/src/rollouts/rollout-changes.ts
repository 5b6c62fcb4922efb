import type { ReleaseStore } from "@fairway/catalog";
import { describeChanges } from "@fairway/manifests";

/** Pairs of releases whose differences are kept; releases never change. */
const kept = 2_000;

/** What a rollout changes, in words. */
export type RolloutChanges = (from: string | undefined, to: string | undefined) => Promise<string[]>;

export function rolloutChanges(releases: ReleaseStore): RolloutChanges {
  const known = new Map<string, readonly string[]>();
  return async (from, to) => {
    if (from === undefined || to === undefined || from === to) return [];
    const key = `${from} ${to}`;
    let words = known.get(key);
    if (words === undefined) {
      const [before, after] = await Promise.all([releases.get(from), releases.get(to)]);
      words = before === undefined || after === undefined ? [] : describeChanges(before.inputs, after.inputs);
      const [oldest] = known.keys();
      if (known.size >= kept && oldest !== undefined) known.delete(oldest);
      known.set(key, words);
    }
    return [...words];
  };
}
