import { type FleetRecord, type FleetService, type Fleets, nextOfFleet, type RolloutIndex } from "@fairway/catalog";
import { AddressError } from "@fairway/manifests";
import type { Engine } from "@fairway/rollout";
import type { ClusterPool } from "../clusters/cluster-pool.ts";
import { Refusal } from "../http/refusal.ts";
import type { Log } from "../log.ts";
import { numbersIn, previewService } from "../profile/preview-profile.ts";
import type { ReleaseStores } from "../releases/create-release.ts";
import { remakeRelease, tooOld } from "../releases/remake-release.ts";
import { environments } from "../resources/environments.ts";
import { rolloutStrategy } from "../rollouts/rollout-strategy.ts";

export interface FleetDriverParts {
  readonly fleets: Fleets;
  readonly index: RolloutIndex;
  readonly engine: Pick<Engine, "submit">;
  readonly pool: ClusterPool;
  readonly stores: ReleaseStores;
  /** The lock under which releases and rollouts are made. */
  readonly exclusively: <T>(task: () => Promise<T>) => Promise<T>;
  readonly log: Log;
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
  const { fleets, index, engine, pool, stores, exclusively, log } = parts;
  let started = false;
  let stopped = false;
  let asked = false;
  let pass: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;

  /** Looks at one service. True: it has begun a rollout. */
  const look = async (fleet: FleetRecord, { service, rollout }: FleetService): Promise<boolean> => {
    const { number, actor } = fleet;
    const passBy = (state: "refused" | "unchanged" | "gone", reason?: string) =>
      fleets.passed(number, service, state, reason).then(() => false);
    // The same for the same turn, so that a rollout that was made just before a crash is found and not made twice.
    const key = `fleet-${number}-${service}-${rollout ?? 0}`;
    const made = await index.byKey(key);
    if (made !== undefined) return fleets.begun(number, service, made.number).then(() => true);
    const environment = environments(pool).find(({ name }) => name === fleet.environment);
    const [running] = await stores.releases.activeOf(fleet.environment, [service]);
    if (running === undefined || environment === undefined) return passBy("gone");
    const [newest] = await index.list({ environment: environment.name, service, limit: 1 });
    if (newest?.status === "unfinished") return false;
    try {
      const profile = await stores.profile();
      const environmentNames = environments(pool).map(({ name }) => name);
      const numbers = await stores.services.numbers(numbersIn([running]));
      const preview = await previewService(running, environment, numbers, { ...profile, environmentNames });
      if (preview === undefined) return passBy("unchanged");
      if (preview.outcome !== "changed") return passBy("refused", preview.reason);
      const request = { environment, environmentNames, profile, actor };
      const created = await remakeRelease(running, request, stores);
      if (created === undefined) return passBy("refused", tooOld);
      const { release } = created;
      const strategy = rolloutStrategy(release, running, "deploy");
      const header = { environment: environment.name, service, from: running.name, to: release.name, actor, strategy };
      const begun = await engine.submit({ ...header, kind: "deploy" }, key);
      await fleets.begun(number, service, begun.number);
      return true;
    } catch (error) {
      if (error instanceof AddressError) return passBy("refused", error.message);
      if (!(error instanceof Refusal)) throw error;
      const { title, detail } = error.problem;
      return passBy("refused", detail === undefined ? title : `${title}: ${detail}`);
    }
  };

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
          if (await exclusively(() => look(fleet, service))) room -= 1;
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
      clearTimeout(retry);
      await pass;
    },
  };
}
