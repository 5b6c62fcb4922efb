import type { Clock } from "../ports.ts";

/** Time that stands still until it is moved. */
export interface VirtualClock extends Clock {
  /** Moves time, waking sleepers in the order of their time. */
  advance(milliseconds: number): Promise<void>;
  /**
   * Lets everything that can go on go on, and jumps to the next sleeper when nothing can, until `condition` holds.
   *
   * @param within Milliseconds of virtual time; beyond it throws, so that a test never hangs.
   */
  run(condition: () => boolean | Promise<boolean>, within?: number): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** So many turns of the event loop without anybody going to sleep count as standstill: memory adapters take none. */
const quietTurns = 3;

/** A clock for tests. Sleepers of the same time wake in the order in which they went to sleep. */
export function virtualClock(start = Date.parse("2026-01-01T00:00:00Z")): VirtualClock {
  let now = start;
  const sleepers = new Set<Sleeper>();

  const turn = async (): Promise<void> => {
    for (let i = 0; i < quietTurns; i += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  };

  const first = (): Sleeper | undefined => {
    let best: Sleeper | undefined;
    for (const sleeper of sleepers) if (best === undefined || sleeper.at < best.at) best = sleeper;
    return best;
  };

  const wakeNext = async (until: number): Promise<boolean> => {
    const sleeper = first();
    if (sleeper === undefined || sleeper.at > until) return false;
    now = Math.max(now, sleeper.at);
    sleepers.delete(sleeper);
    sleeper.wake();
    await turn();
    return true;
  };

  return {
    now: () => now,
    sleep(milliseconds, signal) {
      return new Promise<void>((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const sleeper: Sleeper = {
          at: now + Math.max(0, milliseconds),
          wake: () => {
            signal?.removeEventListener("abort", aborted);
            resolve();
          },
        };
        const aborted = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", aborted, { once: true });
        sleepers.add(sleeper);
      });
    },
    async advance(milliseconds) {
      const until = now + milliseconds;
      await turn();
      while (await wakeNext(until));
      now = until;
    },
    async run(condition, within = 3_600_000) {
      const until = now + within;
      await turn();
      while (!(await condition())) {
        if (!(await wakeNext(until))) {
          throw new Error(`nothing happens any more after ${now - start} ms (${sleepers.size} sleepers)`);
        }
      }
    },
  };
}
