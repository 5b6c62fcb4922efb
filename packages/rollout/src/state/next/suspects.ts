import { unreachableCause } from "@fairway/diagnosis";
import type { RolloutEvent } from "../rollout-event.ts";
import { factsOf, type Situation } from "./situation.ts";

/** The entry that says what a cluster waits for, when that has changed; every few seconds at most. */
export function suspectOf(situation: Situation, open: readonly string[]): RolloutEvent | undefined {
  const { state, now, limits } = situation;
  for (const name of open) {
    const known = factsOf(situation, name);
    const cluster = state.clusters[name];
    const shown = cluster?.restore ?? (state.phase ? cluster?.phases[state.phase] : undefined);
    const { unreachable, progress, migration } = known;
    if (cluster === undefined || shown === undefined) continue;
    if (now - Math.max(cluster.suspectAt ?? 0, state.since) < limits.suspect) continue;
    const waitsFor = state.phase === "db" ? migration : state.phase === "balancing" ? known.shift : progress;
    const [worst] = progress?.causes ?? [];
    if (unreachable === undefined && waitsFor === undefined) continue;
    const cause = unreachable ? unreachableCause({ cluster: name, now, ...unreachable }) : worst;
    const detail = unreachable ? `cannot be reached: ${unreachable.message}` : (waitsFor?.detail ?? "");
    if (shown.detail === detail && cluster.suspect?.code === cause?.code) continue;
    return { type: "suspect", cluster: name, detail, ...(cause ? { cause } : {}) };
  }
  return undefined;
}
