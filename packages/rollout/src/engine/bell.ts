import type { Clock } from "../ports.ts";

/** Wakes one waiting loop; a ring while nobody waits is kept for the next wait. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, or after so many milliseconds; rejects with the signal's reason. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** Made once: an error of its own for each wait would cost more than the wait. */
const woken = new Error("the wait is over");

export function createBell(clock: Clock): Bell {
  let rung = Promise.withResolvers<void>();
  return {
    ring: () => rung.resolve(),
    async wait(milliseconds, signal) {
      const over = new AbortController();
      const slept = clock.sleep(milliseconds, AbortSignal.any([signal, over.signal]));
      slept.catch(() => undefined);
      try {
        await Promise.race([rung.promise, slept]);
      } finally {
        over.abort(woken);
        rung = Promise.withResolvers<void>();
      }
    },
  };
}
