import type { Clock } from "./clock.ts";

/** A clock that stands still until it is moved. */
export interface VirtualClock extends Clock {
  /** Moves on, running what falls due in order of time; promises settle in between. */
  advance(milliseconds: number): Promise<void>;
  /** Moves on until the condition holds; throws when it still does not after `limitMilliseconds` of virtual time. */
  advanceUntil(condition: () => boolean, limitMilliseconds: number): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** @param start milliseconds since the epoch */
export function createVirtualClock(start = Date.UTC(2030, 0, 1)): VirtualClock {
  const timers = new Set<Timer>();
  let now = start;
  let order = 0;

  function next(until: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (timer.at > until) continue;
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    }
    return first;
  }

  async function advanceUntil(condition: () => boolean, end: number): Promise<boolean> {
    await settle();
    while (!condition()) {
      const timer = next(end);
      if (!timer) {
        now = Math.max(now, end);
        return condition();
      }
      timers.delete(timer);
      now = Math.max(now, timer.at);
      timer.run();
      await settle();
    }
    return true;
  }

  return {
    now: () => now,
    after(milliseconds, run) {
      const timer = { at: now + Math.max(0, milliseconds), order: order++, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(milliseconds) {
      await advanceUntil(() => false, now + milliseconds);
    },
    async advanceUntil(condition, limitMilliseconds) {
      if (!(await advanceUntil(condition, now + limitMilliseconds))) {
        throw new Error(`still not so after ${limitMilliseconds} ms: ${condition}`);
      }
    },
  };
}

/** Lets promises that are ready run to their next wait; each one takes few turns of the microtask queue. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
