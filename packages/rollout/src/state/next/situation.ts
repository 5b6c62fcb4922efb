import type { Limits } from "../../limits.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Outcome, StoredCommand } from "../../ports.ts";
import type { ClusterFacts, Facts, Measured, Step } from "../facts.ts";
import { noFacts } from "../facts.ts";
import type { Gate, RolloutEvent } from "../rollout-event.ts";
import type { RolloutState } from "../rollout-state.ts";

export type Action =
  /** Write this entry; nothing else is decided before it is there. */
  | { readonly type: "append"; readonly event: RolloutEvent }
  | { readonly type: "end"; readonly event: RolloutEvent; readonly outcome: Outcome }
  | { readonly type: "close"; readonly event: RolloutEvent }
  /** Do this in this cluster unless it is under way. */
  | { readonly type: "perform"; readonly cluster: string; readonly step: Step }
  /** Keep observing the workloads of the release that was applied last. */
  | { readonly type: "watch"; readonly cluster: string }
  /** Take the plan's measurements there, unless it is under way. */
  | { readonly type: "measure"; readonly gate: Gate };

/** All that a decision rests on. */
export interface Situation {
  readonly state: RolloutState;
  readonly plan: Plan;
  readonly facts: Facts;
  /** As they were stored, answered or not. */
  readonly commands: readonly StoredCommand[];
  /** What this engine has measured and not written yet. */
  readonly measured?: Measured;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly limits: Limits;
}

export function append(event: RolloutEvent): readonly Action[] {
  return [{ type: "append", event }];
}

export function factsOf({ facts }: Pick<Situation, "facts">, cluster: string): ClusterFacts {
  return facts[cluster] ?? noFacts;
}

/** @param paced a step that failed waits before it is tried again */
export function perform(situation: Situation, cluster: string, step: Step, paced = true): readonly Action[] {
  const { now, limits } = situation;
  const wait = (factsOf(situation, cluster).retryAt ?? now) - now;
  // Longer than any pace: the clock was set back since.
  if (paced && wait > 0 && wait <= Math.max(limits.tick, limits.converge)) return [];
  return [{ type: "perform", cluster, step }];
}

export function details(names: readonly string[], detail: (name: string) => string): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, detail(name)]));
}

/** Why a cluster does not do what it should, in one line; undefined while it does. */
export function hindrance({ unreachable, failure }: ClusterFacts): string | undefined {
  if (unreachable !== undefined) return `cannot be reached: ${unreachable.message}`;
  return failure?.message ?? failure?.summary;
}
