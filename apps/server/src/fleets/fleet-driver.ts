import { nextOfFleet } from "@fairway/catalog";
import type { Log } from "../log.ts";
import { type PassLoop, passLoop } from "../pass-loop.ts";
import { type TurnParts, takeTurn } from "./take-turn.ts";

export interface FleetDriverParts extends TurnParts {
  readonly log: Log;
  /** Goes on with what fleets are for: a cluster that is being removed, and whose fleet has ended or has yet to begin. */
  readonly tend: () => Promise<void>;
  /** A fleet of this environment may be different. */
  readonly onChange: (environment: string) => void;
}

/** Milliseconds until it is tried again where the store does not answer. */
const retryAfter = 5_000;

/**
 * Takes fleet rollouts through their services. What comes next is `nextOfFleet`'s to say; this only does it. It is woken when a
 * rollout has ended, or a fleet was changed.
 */
export function createFleetDriver(parts: FleetDriverParts): PassLoop {
  const { fleets, index, log } = parts;

  /** Until nothing can be done for it but wait. */
  const advance = async (number: number, signal: AbortSignal): Promise<void> => {
    for (;;) {
      const fleet = await fleets.get(number);
      if (fleet?.status !== "running" || signal.aborted) return;
      const [services, latest] = await Promise.all([fleets.services(number), index.latest(fleet.environment)]);
      const busy = new Set(
        Object.values(latest).flatMap(({ service, status }) => (status === "unfinished" ? [service] : [])),
      );
      const step = nextOfFleet(fleet, services, busy);
      if (step.type === "wait") return;
      if (step.type === "look") {
        let { room } = step;
        for (const service of step.services) {
          if (room === 0 || signal.aborted || (await fleets.get(number))?.status !== "running") break;
          if (await takeTurn(fleet, service, parts, signal)) room -= 1;
          parts.onChange(fleet.environment);
        }
        continue;
      }
      if (step.type === "halt") {
        log.info("a fleet rollout has halted", { fleet: number, reason: step.reason });
        await fleets.update(number, ["running"], { status: "halted", reason: step.reason });
      } else await fleets.update(number, ["running"], { status: "done", reason: undefined });
      parts.onChange(fleet.environment);
      return;
    }
  };

  return passLoop(async (signal) => {
    let wait: number | undefined;
    const tryLater = (error: unknown, fleet?: number): void => {
      if (signal.aborted) return;
      log.error("a fleet rollout cannot go on", { fleet, error });
      wait = retryAfter;
    };
    try {
      // One that cannot go on holds up no other environment's.
      for (const { number } of await fleets.unfinished())
        await advance(number, signal).catch((error) => tryLater(error, number));
      if (!signal.aborted) await parts.tend();
    } catch (error) {
      tryLater(error);
    }
    return wait;
  });
}
