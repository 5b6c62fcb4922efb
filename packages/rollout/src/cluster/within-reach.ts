import { type Clock, ClusterError } from "../ports.ts";
import { noLongerThan } from "./no-longer-than.ts";

/**
 * Does work in a cluster that may not take longer than this in all; after it the work's signal aborts, with an `unreachable`
 * of the cluster as its reason.
 *
 * @param of.reach in milliseconds
 */
export async function withinReach<T>(
  of: { readonly cluster: string; readonly clock: Clock; readonly reach: number },
  signal: AbortSignal,
  work: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  const { cluster, clock, reach } = of;
  const late = (words: string): Error => new ClusterError("unreachable", cluster, words);
  return noLongerThan({ clock, patience: reach, late }, signal, work);
}
