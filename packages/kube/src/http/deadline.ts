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
  const left = (): number => end - time.elapsed();
  let cancel = later(time, milliseconds, () => late.abort());

  return {
    signal,
    left,
    isOver: () => late.signal.aborted,
    async queueing(turn) {
      const since = time.elapsed();
      const endInSilence = (): void => {
        const silent = time.elapsed() - Math.max(lastAnswer(), since);
        if (silent >= milliseconds) late.abort();
        else cancel = later(time, milliseconds - silent, endInSilence);
      };
      cancel();
      endInSilence();
      try {
        return await turn(signal);
      } finally {
        cancel();
        end += time.elapsed() - since;
        cancel = later(time, Math.max(0, left()), () => late.abort());
      }
    },
    end: () => cancel(),
  };
}
