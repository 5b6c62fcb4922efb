import type { Clock } from "@fairway/rollout";

/** Time and chance, as calls and watches need them; a simulation has its own. */
export interface Time extends Clock {
  /** Milliseconds from some moment on, that no change of the machine's clock moves. */
  elapsed(): number;
  /** In [0, 1), for waits that shall differ. */
  random(): number;
}

/** The machine's. */
export const systemTime: Time = {
  now: Date.now,
  elapsed: () => performance.now(),
  random: Math.random,
  // Not of node:timers/promises, which makes an error with its stack for each one that ends early: most do, and each call has several.
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const abort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", abort);
        resolve();
      }, milliseconds);
      signal?.addEventListener("abort", abort, { once: true });
    }),
};

/** Nobody reads it; made once, because errors with their stacks take a while to make. */
const noMore = new Error("it is not waited for any more");

/** Runs once after `milliseconds`, unless what it returns is called before. */
export function later(time: Time, milliseconds: number, run: () => void): () => void {
  const cancelled = new AbortController();
  time.sleep(milliseconds, cancelled.signal).then(run, () => {});
  return () => cancelled.abort(noMore);
}
