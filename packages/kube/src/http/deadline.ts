import { later, type Time } from "../system-time.ts";

/** The time that one call has, with all its repetitions. */
export interface Deadline {
  /** Aborts when the time is over, or the caller does not want it any more. */
  readonly signal: AbortSignal;
  /** Milliseconds. */
  left(): number;
  isOver(): boolean;
  /** Waits for a turn in our own queue, which does not count while the API answers others. */
  queueing<T>(turn: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Frees its timer. */
  end(): void;
}

/**
 * @param milliseconds for the API; a queue in which nobody was answered for so long is over too
 * @param lastAnswer when the API answered anything, by `time.elapsed()`
 */
export function createDeadline(
  time: Time,
  milliseconds: number,
  { signal: wanted, lastAnswer }: { readonly signal?: AbortSignal | undefined; readonly lastAnswer: () => number },
): Deadline {
  const late = new AbortController();
  const signal = wanted === undefined ? late.signal : AbortSignal.any([wanted, late.signal]);
  let end = time.elapsed() + milliseconds;
  let queuedSince: number | undefined;
  let cancel = later(time, milliseconds, check);

  function check(): void {
    const now = time.elapsed();
    if (queuedSince === undefined) {
      if (now < end) cancel = later(time, end - now, check);
      else late.abort();
      return;
    }
    const silent = now - Math.max(lastAnswer(), queuedSince);
    if (silent >= milliseconds) late.abort();
    else cancel = later(time, milliseconds - silent, check);
  }

  return {
    signal,
    left: () => end - time.elapsed(),
    isOver: () => late.signal.aborted,
    async queueing(turn) {
      const since = time.elapsed();
      queuedSince = since;
      try {
        return await turn(signal);
      } finally {
        queuedSince = undefined;
        end += time.elapsed() - since;
      }
    },
    end: () => cancel(),
  };
}
