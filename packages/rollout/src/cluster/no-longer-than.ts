import type { Clock } from "../ports.ts";

/**
 * Does work that may not take longer than this in all; after it the work's signal aborts. What fails then fails for that
 * reason, with the error that `late` makes.
 *
 * @param of.patience in milliseconds
 */
export async function noLongerThan<T>(
  of: { readonly clock: Clock; readonly patience: number; readonly late?: (words: string) => Error },
  signal: AbortSignal,
  work: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, patience, late = (words) => new Error(words) } = of;
  const ended = new AbortController();
  const over = new AbortController();
  const waiting = clock.sleep(patience, ended.signal).then(
    () => over.abort(late(`no answer within ${patience / 1000} s`)),
    () => undefined,
  );
  try {
    return await work(AbortSignal.any([signal, over.signal]));
  } catch (error) {
    throw over.signal.aborted ? over.signal.reason : error;
  } finally {
    ended.abort();
    await waiting;
  }
}
