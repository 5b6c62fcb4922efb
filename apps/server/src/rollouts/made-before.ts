import { isDeepStrictEqual } from "node:util";
import type { ReleaseStore, RolloutListing } from "@fairway/catalog";
import { sameRollout } from "./rollout-refusals.ts";

/**
 * The number of the rollout that a key made, when it is asked for once more: also where the release that was asked for was made
 * anew for it, and so has another name. Throws `idempotency-key-used`.
 */
export async function madeBefore(
  known: RolloutListing,
  asked: Parameters<typeof sameRollout>[1],
  releases: Pick<ReleaseStore, "find" | "get">,
): Promise<number> {
  const { to, service, environment } = known;
  const [made, [name]] = await Promise.all([
    to === undefined ? undefined : releases.get(to),
    releases.find(service, environment, asked.release ?? ""),
  ]);
  const from = name === undefined || name === to ? undefined : await releases.get(name);
  const isRemade = from?.source !== undefined && isDeepStrictEqual(made?.source, from.source);
  const isAsked = isRemade && made !== undefined && made.snapshot === from.snapshot;
  return sameRollout(known, isAsked ? { ...asked, release: made.name } : asked);
}
