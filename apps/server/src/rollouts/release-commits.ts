import type { Commit, ReleaseStore } from "@fairway/catalog";
import { keepNewest } from "../keep-newest.ts";

/** Releases whose commits are kept in memory. */
const most = 5_000;

/** The commits of releases. One that is known and clean never changes. */
export function releaseCommits(
  releases: Pick<ReleaseStore, "commit">,
): (release: string) => Promise<Commit | undefined> {
  const known = new Map<string, Commit>();
  return async (release) => {
    const before = known.get(release);
    if (before !== undefined) return before;
    const commit = await releases.commit(release);
    if (commit === undefined || commit.dirty) return commit;
    keepNewest(known, release, commit, most);
    return commit;
  };
}
