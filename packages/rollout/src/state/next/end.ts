import type { PrepareFinding } from "../rollout-event.ts";
import type { Action, Situation } from "./situation.ts";

/** The rollout is over; clusters that were left behind converge after it. */
export function end(
  { plan, state }: Situation,
  status: "succeeded" | "failed" | "refused",
  { reason, findings = [] }: { readonly reason?: string; readonly findings?: readonly PrepareFinding[] } = {},
): readonly Action[] {
  const converging = plan.waves.flat().filter((name) => state.clusters[name]?.behind !== undefined);
  const active = status === "succeeded" ? plan.target : plan.from;
  return [
    {
      type: "end",
      event: { type: "ended", status, ...(reason === undefined ? {} : { reason }), findings, converging },
      outcome: { status, active, reason, converging },
    },
  ];
}
