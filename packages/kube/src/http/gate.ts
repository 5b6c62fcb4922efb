import type { Time } from "../system-time.ts";

/** How many calls one API gets at a time from us, and when it wants none. Each cluster has its own. */
export interface Gate {
  /** Resolves with what to call when the call has ended, in the order of asking. Throws the signal's reason. */
  enter(signal: AbortSignal): Promise<() => void>;
  /** Lets nobody in for so long, in milliseconds: the API has more to do than it can. */
  hold(milliseconds: number): void;
  /** Calls that wait to be let in. */
  waiting(): number;
}

/** @param limit Calls at a time. */
export function createGate(limit: number, time: Time): Gate {
  const queue = new Set<() => void>();
  let inside = 0;
  let heldUntil = 0;

  /** A place that is left goes to whoever waits longest, so that no newcomer slips in between. */
  const leave = (): void => {
    const [next] = queue;
    if (next === undefined) {
      inside -= 1;
      return;
    }
    queue.delete(next);
    next();
  };

  const takePlace = async (signal: AbortSignal): Promise<void> => {
    if (inside < limit) {
      inside += 1;
      return;
    }
    const turn = Promise.withResolvers<void>();
    const giveUp = () => {
      if (queue.delete(turn.resolve)) turn.reject(signal.reason);
    };
    queue.add(turn.resolve);
    signal.addEventListener("abort", giveUp, { once: true });
    await turn.promise.finally(() => signal.removeEventListener("abort", giveUp));
  };

  return {
    async enter(signal) {
      signal.throwIfAborted();
      await takePlace(signal);
      let left = false;
      const once = () => {
        if (!left) leave();
        left = true;
      };
      try {
        for (let wait = heldUntil - time.elapsed(); wait > 0; wait = heldUntil - time.elapsed())
          await time.sleep(wait, signal);
      } catch {
        once();
        throw signal.reason;
      }
      return once;
    },
    hold(milliseconds) {
      heldUntil = Math.max(heldUntil, time.elapsed() + milliseconds);
    },
    waiting: () => queue.size,
  };
}
