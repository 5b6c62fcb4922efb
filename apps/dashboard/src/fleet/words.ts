import type { Fleet, FleetDetail } from "@fairway/api";
import type { FleetServiceState } from "../elements/states.ts";

export type FleetService = FleetDetail["services"][number];

/** In which a service is through. */
const through: readonly FleetServiceState[] = ["done", "unchanged", "failed", "refused", "gone"];

export function inState({ services }: FleetDetail, ...states: readonly FleetServiceState[]): readonly FleetService[] {
  return services.filter(({ state }) => states.includes(state));
}

/** What goes through the services. */
export function reasonOf({ kind, cluster = "" }: Fleet): string {
  if (kind === "profile") return "profile and platform";
  return kind === "cluster-added" ? `cluster ${cluster} added` : `cluster ${cluster} retired`;
}

/** `1 service`, `12 services` */
export const counted = (count: number): string => `${count} ${count === 1 ? "service" : "services"}`;

/** How it stands, and what that means for what is left. */
export function fleetWords(fleet: FleetDetail): { readonly what: string; readonly next: string } {
  const left = inState(fleet, "waiting").length;
  const rolling = inState(fleet, "rolling");
  const goOn = rolling.length === 0 ? "" : `${named(rolling)} ${rolling.length === 1 ? "is" : "are"} rolling out.`;
  const keep =
    left === 0 ? "" : `${counted(left)} ${left === 1 ? "keeps" : "keep"} what ${left === 1 ? "it has" : "they have"}.`;
  switch (fleet.status) {
    case "running":
      return {
        what: `${inState(fleet, ...through).length} of ${counted(fleet.services.length)} are through.`,
        next: goOn === "" ? "The next ones are looked at." : goOn,
      };
    case "paused":
      return { what: "Paused: no other service begins.", next: goOn };
    case "halted":
      return {
        what: `Halted: ${fleet.reason ?? "too many services failed"}.`,
        next: `${keep} It goes on past this when somebody resumes it. ${goOn}`,
      };
    case "stopped":
      return { what: "Stopped.", next: `${keep} ${goOn}` };
    case "done":
      return { what: `All ${counted(fleet.services.length)} are through.`, next: outcome(fleet) };
  }
}

function outcome(fleet: FleetDetail): string {
  const counts = [
    [inState(fleet, "done").length, "changed"],
    [inState(fleet, "unchanged").length, "as before"],
    [inState(fleet, "failed").length, "failed"],
    [inState(fleet, "refused").length, "refused"],
    [inState(fleet, "gone").length, "gone meanwhile"],
  ] as const;
  const words = counts.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]));
  return words.length === 0 ? "" : `${words.join(", ")}.`;
}

function named(services: readonly FleetService[]): string {
  const [first, second, third, ...more] = services.map(({ service }) => service);
  const names = [first, second, third].filter((name) => name !== undefined);
  return `${names.join(", ")}${more.length === 0 ? "" : ` and ${more.length} more`}`;
}
