import type { Clock } from "../ports.ts";
import { type Timer, timerQueue } from "./timer-queue.ts";

/**
 * Time that stands still until it is moved: one for everything that takes part in a test or a simulation, whether it waits by
 * `sleep` or by `after`. What falls due at the same time comes in the order in which it was asked for, so that a run repeats
 * exactly. Nothing may wait for the machine beside it (sockets, files, timers of Node): it would not be waited for.
 */
export interface VirtualClock extends Clock {
  /** Milliseconds that have gone by, whatever `jump` did. */
  elapsed(): number;
  /** Runs once after `milliseconds`, never before the caller has returned. Returns the cancel. */
  after(milliseconds: number, run: () => void): () => void;
  /** Moves time, with all that falls due until then. */
  advance(milliseconds: number): Promise<void>;
  /**
   * Lets everything that can go on go on, and moves to what falls due next when nothing can, until `condition` holds.
   *
   * @param within Milliseconds of virtual time; beyond it throws, so that a test never hangs.
   */
  run(condition: () => boolean | Promise<boolean>, within?: number): Promise<void>;
  /** Sets `now` ahead or back, as an administrator or NTP does; what waits, waits as long as before. */
  jump(milliseconds: number): void;
}

/** @param start milliseconds since the epoch */
export function virtualClock(start = Date.parse("2026-01-01T00:00:00Z")): VirtualClock {
  const timers = timerQueue();
  let elapsed = 0;
  let jumped = 0;
  let order = 0;

  const after = (milliseconds: number, run: () => void): (() => void) => {
    const timer: Timer = { at: elapsed + Math.max(0, milliseconds), order: order++, run };
    timers.add(timer);
    return () => {
      timer.run = undefined;
    };
  };

  /** Runs the timer that is due first, and all that follows from it. False when none is due until then. */
  const step = async (until: number): Promise<boolean> => {
    const timer = timers.take(until);
    if (timer === undefined) return false;
    elapsed = timer.at;
    timer.run?.();
    await settled();
    return true;
  };

  return {
    now: () => start + jumped + elapsed,
    elapsed: () => elapsed,
    after,
    sleep(milliseconds, signal) {
      return new Promise<void>((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const cancel = after(milliseconds, () => {
          signal?.removeEventListener("abort", aborted);
          resolve();
        });
        const aborted = (): void => {
          cancel();
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", aborted, { once: true });
      });
    },
    async advance(milliseconds) {
      const until = elapsed + milliseconds;
      await settled();
      while (await step(until));
      elapsed = until;
    },
    async run(condition, within = 3_600_000) {
      const until = elapsed + within;
      await settled();
      while (!(await condition())) {
        if (await step(until)) continue;
        const why = timers.isEmpty() ? "nothing waits for time any more" : `still not so after ${within} ms`;
        throw new Error(`${why}: ${condition}`);
      }
    },
    jump(milliseconds) {
      jumped += milliseconds;
    },
  };
}

/** So often the event loop gets a turn of its own, for a test runner that wants to end what hangs. */
const turnEvery = 256;
let steps = 0;

/** Node runs what is asked for by `nextTick` when promises have run to their next wait; a turn of the event loop takes far longer. */
function settled(): Promise<void> {
  steps += 1;
  return new Promise((resolve) => {
    if (steps % turnEvery === 0) setImmediate(resolve);
    else process.nextTick(resolve);
  });
}
