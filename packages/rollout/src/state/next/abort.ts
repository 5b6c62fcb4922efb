import type { RolloutState } from "../rollout-state.ts";
import { end } from "./end.ts";
import { reachedOf } from "./failures.ts";
import { type Action, append, type Situation } from "./situation.ts";

/** Somebody wants the former release back. Where nothing was changed yet, the rollout ends at once. */
export function abortWanted(
  situation: Situation,
  { by, supersededBy }: NonNullable<RolloutState["abortWanted"]>,
): readonly Action[] {
  const { state } = situation;
  const reason = supersededBy === undefined ? `aborted by ${by}` : `rollout ${supersededBy} took its place`;
  const phase = state.phase ?? "prepare";
  if (phase !== "prepare") {
    return append({ type: "abort", phase, failed: {}, reached: reachedOf(situation), causes: [], reason });
  }
  return end(situation, "refused", { reason });
}
