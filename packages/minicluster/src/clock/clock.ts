/** Time for controllers and the node agent, so that tests and simulations repeat exactly. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs once after `milliseconds`, never before the caller has returned. Returns the cancel. */
  after(milliseconds: number, run: () => void): () => void;
}

/** The machine's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, run) {
    if (milliseconds <= 0) {
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `milliseconds`, or at once when `signal` aborts: callers look at the signal. */
export function sleep(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const cancel = clock.after(milliseconds, end);
    signal.addEventListener("abort", end, { once: true });
    function end(): void {
      cancel();
      signal.removeEventListener("abort", end);
      resolve();
    }
  });
}

/** Reason for signals that only say "no more": one that nobody reads need not be made anew, with its stack, each time. */
export const noMore = new Error("it has ended");

let told = { second: 0, as: "1970-01-01T00:00:00Z" };

/** As Kubernetes writes times: RFC 3339, whole seconds. */
export function timestamp(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1_000);
  // Asked for many times in each second, or in each moment of a simulation.
  if (second !== told.second) told = { second, as: `${new Date(milliseconds).toISOString().slice(0, 19)}Z` };
  return told.as;
}

/** As `MicroTime` fields have it. */
export function microTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000Z");
}
