import type { Commit, ReleaseStore } from "@fairway/catalog";

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
    const [oldest] = known.keys();
    if (known.size >= most && oldest !== undefined) known.delete(oldest);
    known.set(release, commit);
    return commit;
  };
}
