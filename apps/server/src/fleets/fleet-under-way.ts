import type { FleetRecord, Fleets } from "@fairway/catalog";
import { Refusal } from "../http/refusal.ts";

/** From where one can be stopped: it has not ended. */
export const stoppable = ["running", "paused", "halted"] as const satisfies readonly FleetRecord["status"][];

/** The fleet rollout of an environment that is neither done nor stopped; there is one at most. */
export async function openFleet(
  fleets: Pick<Fleets, "unfinished">,
  environment: string,
): Promise<FleetRecord | undefined> {
  return (await fleets.unfinished()).find((one) => one.environment === environment);
}

/** Another one cannot begin before that one has ended. */
export async function fleetUnderWay(fleets: Pick<Fleets, "unfinished">, environment: string): Promise<Refusal> {
  const found = await openFleet(fleets, environment);
  return new Refusal({
    status: 409,
    code: "fleet-active",
    title: `Fleet rollout ${found?.number ?? ""} of ${environment} is ${found?.status ?? "under way"}`,
    hint: "see it: fairway fleet; end it: fairway fleet stop",
  });
}
