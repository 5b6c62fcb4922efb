import type { RolloutState } from "../rollout-state.ts";
import { reachedOf } from "./failures.ts";
import { type Action, append, type Situation } from "./situation.ts";

/** Somebody wants the former release back. Where nothing was changed yet, the rollout ends at once. */
export function abortWanted(
  situation: Situation,
  { by, supersededBy }: NonNullable<RolloutState["abortWanted"]>,
): readonly Action[] {
  const { state, plan } = situation;
  const reason = supersededBy === undefined ? `aborted by ${by}` : `rollout ${supersededBy} took its place`;
  const phase = state.phase ?? "prepare";
  if (phase !== "prepare") {
    return append({ type: "abort", phase, failed: {}, reached: reachedOf(situation), causes: [], reason });
  }
  return [
    {
      type: "end",
      event: { type: "ended", status: "refused", reason, findings: [], converging: [] },
      outcome: { status: "refused", active: plan.from, reason, converging: [] },
    },
  ];
}
