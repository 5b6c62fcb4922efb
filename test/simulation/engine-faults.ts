/** What happens to an engine at one of its calls, and how its calls are counted. */
import { ClusterError } from "@fairway/rollout";
import type { EngineHooks } from "@fairway/rollout/testing";
import type { World } from "./world.ts";

export type EngineFault =
  /** `kill -9`; the next engine is the same one restarted, or another one that waits for the lease. */
  | { readonly kind: "kill"; readonly when: "before" | "after"; readonly restart: "same" | "other" }
  /** All of its calls stand still for so long, from this one on; another engine is there. */
  | { readonly kind: "pause"; readonly milliseconds: number }
  /** The call is done, and its answer is lost. */
  | { readonly kind: "lost" }
  /** The call is not done, and fails. */
  | { readonly kind: "refused" }
  /** Nobody reaches the journal for so long. */
  | { readonly kind: "journal-down"; readonly milliseconds: number }
  /** A cluster cannot be reached for so long. */
  | { readonly kind: "cut"; readonly cluster: string; readonly milliseconds: number }
  /** A cluster's store is put back to what it was when the rollout was asked for. */
  | { readonly kind: "put-back"; readonly cluster: string }
  | { readonly kind: "clock-jump"; readonly milliseconds: number };

/** A fault at the call of that number of the engine that is the first, second, ... of its run; both from 1. */
export interface PlacedFault {
  readonly engine: number;
  readonly call: number;
  readonly what: EngineFault;
}

/** A call to the journal that changes it, or any call to a cluster. */
export interface CountedCall {
  readonly on: string;
  readonly writes: boolean;
}

const journalWrites = new Set(["append", "finish", "close", "acquire", "renew", "release"]);

export interface Hurt {
  readonly hooks: EngineHooks;
  /** In the order in which they began. */
  readonly calls: readonly CountedCall[];
}

/**
 * @param fallen Called when the engine was killed, or stands still until it goes on again: somebody else must go on.
 * @param broken Whether nobody reaches the journal now; shared by all engines of a run.
 */
export function hurtEngine(
  world: World,
  faults: readonly PlacedFault[],
  broken: { journalUntil: number },
  fallen: (restart: "same" | "other", again: Promise<void> | undefined) => void,
): Hurt {
  const calls: CountedCall[] = [];
  let standstill: Promise<void> | undefined;
  const numbers = new Map<unknown, number>();

  const due = (call: number): readonly EngineFault[] =>
    faults.filter((one) => one.call === call).map(({ what }) => what);

  const stop = (restart: "same" | "other", again?: Promise<void>): void => {
    if (standstill !== undefined) return;
    const end = again?.then(() => {
      standstill = undefined;
    });
    standstill = end ?? new Promise(() => {});
    fallen(restart, end);
  };

  const before = async (key: unknown, counted: CountedCall | undefined, error: () => Error): Promise<void> => {
    if (standstill !== undefined) await standstill;
    if (counted === undefined) return;
    calls.push(counted);
    const number = calls.length;
    numbers.set(key, number);
    for (const what of due(number)) {
      if (what.kind === "kill" && what.when === "before") stop(what.restart);
      if (what.kind === "pause") stop("other", world.clock.sleep(what.milliseconds));
      if (what.kind === "journal-down") broken.journalUntil = world.clock.elapsed() + what.milliseconds;
      if (what.kind === "cut") world.cut(what.cluster, what.milliseconds);
      if (what.kind === "put-back") world.putBack(what.cluster);
      if (what.kind === "clock-jump") world.clock.jump(what.milliseconds);
      if (what.kind === "refused") throw error();
    }
    if (standstill !== undefined) await standstill;
  };

  const after = async (key: unknown, error: () => Error): Promise<void> => {
    for (const what of due(numbers.get(key) ?? 0)) {
      if (what.kind === "kill" && what.when === "after") stop(what.restart);
      if (what.kind === "lost") throw error();
    }
    if (standstill !== undefined) await standstill;
  };

  const away = (): Error => new Error("the database does not answer");
  return {
    calls,
    hooks: {
      cluster: {
        before: (call) =>
          before(
            call,
            call.method === "follow"
              ? undefined
              : { on: `${call.cluster} ${call.method} ${call.kind ?? ""}`, writes: call.writes },
            () => new ClusterError("unreachable", call.cluster, "connection refused"),
          ),
        after: (call) => after(call, () => new ClusterError("unreachable", call.cluster, "socket hang up")),
      },
      journal: {
        async before(call) {
          await before(call, journalWrites.has(call) ? { on: `journal ${call}`, writes: true } : undefined, away);
          if (world.clock.elapsed() < broken.journalUntil) throw away();
        },
        after: (call) => after(journalWrites.has(call) ? call : undefined, away),
      },
    },
  };
}
