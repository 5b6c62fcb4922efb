import { setTimeout as pause } from "node:timers/promises";
import type { VirtualClock } from "@fairway/rollout/testing";

/** Milliseconds of virtual time that go by in one of the machine's, at most. */
const pace = 20;

/** Lets virtual time run, for callers who wait by the machine's. Returns the stop. */
export function keepGoing(clock: VirtualClock): () => void {
  let stopped = false;
  void (async () => {
    while (!stopped) {
      await clock.advance(pace);
      await pause(1);
    }
  })();
  return () => {
    stopped = true;
  };
}
