import type { FleetRecord, FleetService } from "../ports/fleets.ts";

/** What is to be done for a fleet rollout now. */
export type FleetStep =
  /** These are looked at in their order, until `room` of them have begun a rollout. */
  | { readonly type: "look"; readonly services: readonly FleetService[]; readonly room: number }
  /** Nothing, until a rollout ends. */
  | { readonly type: "wait" }
  /** Too many have failed: a person decides whether it goes on. */
  | { readonly type: "halt"; readonly reason: string }
  | { readonly type: "end" };

/**
 * What comes next. Slow first: one service, and with each that has succeeded one more at a time, so that the width doubles
 * from round to round (1, 2, 4, ...) up to `parallel`. Failed ones count against `stopAfter`; refused ones do not,
 * since nothing of them has changed.
 *
 * @param services in their order
 * @param busy services that somebody else is rolling out: they are passed over until that has ended
 */
export function nextOfFleet(
  fleet: Pick<FleetRecord, "status" | "parallel" | "stopAfter" | "forgiven">,
  services: readonly FleetService[],
  busy: ReadonlySet<string>,
): FleetStep {
  if (fleet.status !== "running") return { type: "wait" };
  const inState = (state: FleetService["state"]) => services.filter((one) => one.state === state);
  const [waiting, rolling, failed] = [inState("waiting"), inState("rolling"), inState("failed")];
  if (failed.length - fleet.forgiven >= fleet.stopAfter) return { type: "halt", reason: failureWords(failed) };
  if (waiting.length === 0) return rolling.length === 0 ? { type: "end" } : { type: "wait" };
  const room = Math.min(fleet.parallel, inState("done").length + 1) - rolling.length;
  const free = waiting.filter(({ service }) => !busy.has(service));
  return room <= 0 || free.length === 0 ? { type: "wait" } : { type: "look", services: free, room };
}

function failureWords(failed: readonly FleetService[]): string {
  const named = failed.slice(0, 3).map(({ service, rollout }) => `${service} (rollout ${rollout})`);
  const more = failed.length > named.length ? `, and ${failed.length - named.length} more` : "";
  return `${failed.length === 1 ? "1 service" : `${failed.length} services`} failed: ${named.join(", ")}${more}`;
}
