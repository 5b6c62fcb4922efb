import { setTimeout as pause } from "node:timers/promises";

/** Wakes whoever waits for certain things to change. */
export interface ChangeSignal<What> {
  publish(what: What): void;
  /**
   * Until the signal aborts.
   *
   * @param isLast nothing follows such a change, so nobody waits whether something does; by default none is
   */
  subscribe(fits: (what: What) => boolean, signal: AbortSignal, isLast?: (what: What) => boolean): Subscription;
}

interface Subscription {
  /**
   * Resolves when something that fits was published since the last call, or when the signal aborts; what follows within
   * `quietFor` milliseconds counts as the same change.
   */
  next(quietFor: number): Promise<void>;
}

export function changeSignal<What>(): ChangeSignal<What> {
  const subscribers = new Set<(what: What) => void>();
  return {
    publish(what) {
      for (const subscriber of subscribers) subscriber(what);
    },
    subscribe(fits, signal, isLast = () => false) {
      const last = new AbortController();
      const hurry = AbortSignal.any([signal, last.signal]);
      let changed = false;
      let wake = () => {};
      const subscriber = (what: What) => {
        if (!fits(what)) return;
        changed = true;
        if (isLast(what)) last.abort();
        wake();
      };
      subscribers.add(subscriber);
      signal.addEventListener("abort", () => {
        subscribers.delete(subscriber);
        wake();
      });
      return {
        async next(quietFor) {
          if (!changed && !signal.aborted) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
          await pause(quietFor, undefined, { signal: hurry }).catch(() => {});
          changed = false;
        },
      };
    },
  };
}
