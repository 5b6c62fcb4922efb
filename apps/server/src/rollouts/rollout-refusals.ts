import type { RolloutIndex, RolloutListing } from "@fairway/catalog";
import { Refusal } from "../http/refusal.ts";

/** The answer where a rollout of the service is under way. */
export function rolloutActive(
  number: number,
  service: string,
  hint = `follow it: fairway rollouts ${number} --follow, then try again`,
): Refusal {
  return new Refusal({
    status: 409,
    code: "rollout-active",
    title: `Rollout ${number} of ${service} is under way`,
    hint,
  });
}

/**
 * Throws `rollout-active` while a rollout of the service is under way.
 *
 * @param hint what to do about that rollout, by its number
 */
export async function refuseWhileActive(
  index: Pick<RolloutIndex, "list">,
  of: { readonly environment: string; readonly service: string },
  hint?: (number: number) => string,
): Promise<void> {
  const [newest] = await index.list({ ...of, limit: 1 });
  if (newest?.status === "unfinished") throw rolloutActive(newest.number, of.service, hint?.(newest.number));
}

/**
 * The number of the rollout that a key made, when it is asked for once more. Throws `idempotency-key-used`.
 *
 * @param asked.release as the caller names it; undefined: any
 */
export function sameRollout(
  known: RolloutListing,
  asked: Pick<RolloutListing, "environment" | "service" | "kind"> & { readonly release?: string },
): number {
  const { environment, service, kind, release } = asked;
  const isSame =
    known.environment === environment &&
    known.service === service &&
    known.kind === kind &&
    // What was the release before the active one is another one now.
    (release === undefined || release === "previous" || known.to?.startsWith(release) === true);
  if (isSame) return known.number;
  throw new Refusal({
    status: 409,
    code: "idempotency-key-used",
    title: `This idempotency key has started rollout ${known.number} already, which is another one`,
    hint: "take a new key for each rollout, and the same one only to repeat a request",
  });
}
