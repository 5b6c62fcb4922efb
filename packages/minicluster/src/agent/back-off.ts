/** How long a failing container or pull waits. Milliseconds. */
export interface BackOffTimes {
  readonly initial: number;
  readonly max: number;
}

/**
 * The kubelet waits 10 s, doubling to 5 min. On a laptop a person watches: 1 s, doubling to 30 s.
 */
export const DEFAULT_BACK_OFF: BackOffTimes = { initial: 1_000, max: 30_000 };

export interface BackOff {
  /** The wait before the next attempt; doubles with each call. */
  next(): number;
  reset(): void;
}

/** @param firstIsFree the first `next` gives 0, as the kubelet starts a container that failed once again at once */
export function createBackOff(times: BackOffTimes, firstIsFree: boolean): BackOff {
  let count = 0;
  return {
    next() {
      const doublings = count++ - (firstIsFree ? 1 : 0);
      return doublings < 0 ? 0 : Math.min(times.initial * 2 ** doublings, times.max);
    },
    reset() {
      count = 0;
    },
  };
}
