import { type Action, append, factsOf, perform, type Situation } from "./situation.ts";

/**
 * After the end: clusters that were left behind are brought to whatever is active by then. One that was forgotten meanwhile,
 * and so is not in the plan, is not waited for.
 */
export function converge(situation: Situation): readonly Action[] {
  const { state, plan } = situation;
  const open = (state.end?.converging ?? []).filter(
    (name) => state.clusters[name]?.behind !== undefined && plan.clusters[name] !== undefined,
  );
  if (open.length === 0) return [{ type: "close", event: { type: "closed" } }];
  return open.flatMap((cluster): readonly Action[] => {
    const known = factsOf(situation, cluster);
    if (!known.performed.has("converge")) return perform(situation, cluster, "converge");
    // Traffic comes back only to a release that serves; there may be none to wait for.
    if (known.progress !== undefined && known.progress.state !== "ready") return [{ type: "watch", cluster }];
    if (!known.performed.has("undrain")) return perform(situation, cluster, "undrain", false);
    return append({ type: "converged", cluster });
  });
}
