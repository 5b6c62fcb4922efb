import { nextOfFleet } from "@fairway/catalog";
import type { Log } from "../log.ts";
import { type TurnParts, takeTurn } from "./take-turn.ts";

export interface FleetDriverParts extends TurnParts {
  readonly log: Log;
  /** Goes on with what fleets are for: a cluster that is being removed, and whose fleet has ended or has yet to begin. */
  readonly tend: () => Promise<void>;
  /** A fleet of this environment may be different. */
  readonly onChange: (environment: string) => void;
}

/** Takes fleet rollouts through their services. What comes next is `nextOfFleet`'s to say; this only does it. */
export interface FleetDriver {
  /** A rollout ended, or a fleet was changed: looks at all of them, soon. Nothing happens before `start`. */
  wake(): void;
  start(): void;
  stop(): Promise<void>;
}

/** Milliseconds until it is tried again where the store does not answer. */
const retryAfter = 5_000;

export function createFleetDriver(parts: FleetDriverParts): FleetDriver {
  const { fleets, index, log } = parts;
  const stopping = new AbortController();
  let started = false;
  let stopped = false;
  let asked = false;
  let pass: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;

  /** Until nothing can be done for it but wait. */
  const advance = async (number: number): Promise<void> => {
    for (;;) {
      const fleet = await fleets.get(number);
      if (fleet?.status !== "running" || stopped) return;
      const [services, latest] = await Promise.all([fleets.services(number), index.latest(fleet.environment)]);
      const busy = new Set(
        Object.values(latest).flatMap(({ service, status }) => (status === "unfinished" ? [service] : [])),
      );
      const step = nextOfFleet(fleet, services, busy);
      if (step.type === "wait") return;
      if (step.type === "look") {
        let { room } = step;
        for (const service of step.services) {
          if (room === 0 || stopped || (await fleets.get(number))?.status !== "running") break;
          if (await takeTurn(fleet, service, parts, stopping.signal)) room -= 1;
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

  const passes = async (): Promise<void> => {
    while (asked && !stopped) {
      asked = false;
      const tryLater = (error: unknown, fleet?: number): void => {
        if (stopped) return;
        log.error("a fleet rollout cannot go on", { fleet, error });
        clearTimeout(retry);
        retry = setTimeout(wake, retryAfter).unref();
      };
      try {
        // One that cannot go on holds up no other environment's.
        for (const { number } of await fleets.unfinished())
          await advance(number).catch((error) => tryLater(error, number));
        if (!stopped) await parts.tend();
      } catch (error) {
        tryLater(error);
      }
    }
    pass = undefined;
  };
  const wake = (): void => {
    asked = true;
    if (started && !stopped) pass ??= passes();
  };

  return {
    wake,
    start() {
      started = true;
      wake();
    },
    async stop() {
      stopped = true;
      stopping.abort(new Error("the server stops"));
      clearTimeout(retry);
      await pass;
    },
  };
}
