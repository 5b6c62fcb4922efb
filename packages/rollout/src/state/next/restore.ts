import { end } from "./end.ts";
import { type Action, append, factsOf, hindrance, perform, type Situation } from "./situation.ts";
import { suspectOf } from "./suspects.ts";

/** Every cluster goes back to the former release; one that cannot now is drained and left for later. */
export function restore(situation: Situation): readonly Action[] {
  const { state, plan, facts, now, limits } = situation;
  const open = plan.waves.flat().filter((name) => {
    const cluster = state.clusters[name];
    return cluster?.restore?.status === "running" && cluster.behind === undefined;
  });
  if (open.length === 0) return end(situation, "failed", { reason: state.abort?.reason ?? "failed" });
  const late = now - state.since > limits.restored;
  const drains = new Map<string, readonly Action[]>();
  for (const cluster of open) {
    const known = factsOf(situation, cluster);
    const reason = hindrance(known);
    if (known.performed.has("restore")) {
      const { progress } = known;
      const isBack = !waits(situation, cluster) || progress?.state === "ready";
      // An engine that was killed may have drained it without having said so.
      if ((isBack || (late && reason === undefined)) && !known.performed.has("undrain")) {
        drains.set(cluster, perform(situation, cluster, "undrain", false));
        continue;
      }
      if (isBack) {
        return append({ type: "restored", cluster, healthy: true, detail: progress?.detail ?? "" });
      }
      if (late && reason === undefined) {
        return append({ type: "restored", cluster, healthy: false, detail: progress?.detail ?? "not healthy yet" });
      }
    }
    if (reason !== undefined && now - state.since > limits.giveUp) {
      if (!known.performed.has("drain")) {
        drains.set(cluster, perform(situation, cluster, "drain", false));
        continue;
      }
      return append({ type: "behind", cluster, reason, drained: true });
    }
  }
  const suspect = suspectOf(
    situation,
    open.filter((name) => !drains.has(name)),
  );
  if (suspect !== undefined) return append(suspect);
  return open.flatMap((cluster): readonly Action[] => {
    const drain = drains.get(cluster);
    if (drain !== undefined) return drain;
    return facts[cluster]?.performed.has("restore")
      ? [{ type: "watch", cluster }]
      : perform(situation, cluster, "restore");
  });
}

/** Where there was nothing before, there is nothing to wait for after. */
function waits({ plan }: Situation, cluster: string): boolean {
  return (plan.clusters[cluster]?.former.length ?? 0) > 0;
}
