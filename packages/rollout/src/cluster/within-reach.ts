import { type Clock, ClusterError } from "../ports.ts";

/**
 * Does work in a cluster that may not take longer than this in all; after it the work's signal aborts, with an `unreachable`
 * of the cluster as its reason. What fails then fails for that reason.
 *
 * @param of.reach in milliseconds
 */
export async function withinReach<T>(
  of: { readonly cluster: string; readonly clock: Clock; readonly reach: number },
  signal: AbortSignal,
  work: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const late = new AbortController();
  const waiting = of.clock.sleep(of.reach, ended.signal).then(
    () => late.abort(new ClusterError("unreachable", of.cluster, `no answer within ${of.reach / 1000} s`)),
    () => undefined,
  );
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    throw late.signal.aborted ? late.signal.reason : error;
  } finally {
    ended.abort();
    await waiting;
  }
}
