import type { RolloutEvent } from "./rollout-event.ts";

/**
 * What people outside want to hear of a rollout: it began, waits for somebody to promote it, is refused or turned back,
 * is back on the former release everywhere, is done.
 */
export const milestones = ["started", "waiting", "failed", "rolled-back", "done"] as const;
export type Milestone = (typeof milestones)[number];

/** The milestone that an entry of the journal is; undefined for most. */
export function milestoneOf(event: RolloutEvent): Milestone | undefined {
  switch (event.type) {
    case "begun":
      return "started";
    case "shifted":
      return event.gate === true ? "waiting" : undefined;
    case "abort":
      return "failed";
    case "ended":
      return ({ succeeded: "done", failed: "rolled-back", refused: "failed" } as const)[event.status];
    default:
      return undefined;
  }
}
