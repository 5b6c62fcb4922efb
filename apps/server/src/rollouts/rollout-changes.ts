import type { ReleaseRecord, ReleaseStore } from "@fairway/catalog";
import { describeChanges, describeObjectChanges } from "@fairway/manifests";
import { keepNewest } from "../keep-newest.ts";

/** Pairs of releases whose differences are kept; releases never change. */
const kept = 2_000;
/** Object changes that are told; beyond them nobody reads. */
const mostTold = 100;
/** Of those that stand in for words of app.toml, in one line. */
const inOneLine = 3;

/** What a rollout changes, in words. */
export interface Changes {
  /** Of app.toml and what is built; where nothing of that differs, the first changes of objects. */
  readonly words: readonly string[];
  /** Fields of objects, each with the clusters where it is so. */
  readonly objects: readonly { readonly change: string; readonly clusters: readonly string[] }[];
}

export type RolloutChanges = (from: string | undefined, to: string | undefined) => Promise<Changes>;

const nothing: Changes = { words: [], objects: [] };

export function rolloutChanges(releases: Pick<ReleaseStore, "get">): RolloutChanges {
  const known = new Map<string, Changes>();
  return async (from, to) => {
    if (from === undefined || to === undefined || from === to) return nothing;
    const key = `${from} ${to}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const [old, next] = await Promise.all([releases.get(from), releases.get(to)]);
    const changes = old === undefined || next === undefined ? nothing : changesBetween(old, next);
    keepNewest(known, key, changes, kept);
    return changes;
  };
}

function changesBetween(old: ReleaseRecord, next: ReleaseRecord): Changes {
  // Where only one of them is, the words say that the cluster was added or removed.
  const both = Object.keys(next.objects)
    .filter((cluster) => Object.hasOwn(old.objects, cluster))
    .sort();
  const found = both.flatMap((cluster) =>
    describeObjectChanges(next.service, old.objects[cluster] ?? [], next.objects[cluster] ?? []).changes.map(
      (change) => ({ change, cluster }),
    ),
  );
  const objects = [...Map.groupBy(found, ({ change }) => change)]
    .slice(0, mostTold)
    .map(([change, where]) => ({ change, clusters: where.map(({ cluster }) => cluster) }));
  const words = describeChanges(old.inputs, next.inputs);
  if (words.length > 0) return { words, objects };
  const more = objects.length > inOneLine ? [`and ${objects.length - inOneLine} more`] : [];
  return { words: [...objects.slice(0, inOneLine).map(({ change }) => change), ...more], objects };
}
