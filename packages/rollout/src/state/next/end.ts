import type { Action, Situation } from "./situation.ts";

/** The rollout is over; clusters that were left behind converge after it. */
export function end({ plan, state }: Situation, status: "succeeded" | "failed"): readonly Action[] {
  const converging = plan.waves.flat().filter((name) => state.clusters[name]?.behind !== undefined);
  const reason = status === "failed" ? (state.abort?.reason ?? "failed") : undefined;
  const active = status === "failed" ? plan.from : plan.target;
  return [
    {
      type: "end",
      event: { type: "ended", status, ...(reason === undefined ? {} : { reason }), findings: [], converging },
      outcome: { status, active, reason, converging },
    },
  ];
}
