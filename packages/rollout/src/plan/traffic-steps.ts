import type { Active, DeploySettings, RolloutHeader } from "../ports.ts";

/** One share of the requests. */
export interface TrafficStep {
  /** Percent for the new release. */
  readonly weight: number;
  /** How long it lasts once routers have taken it, in milliseconds; undefined: until it is promoted. */
  readonly hold: number | undefined;
}

/** For a canary that says no steps: long enough to see each, short enough to be waited for. */
const defaultSteps: readonly TrafficStep[] = [
  { weight: 10, hold: 300_000 },
  { weight: 50, hold: 300_000 },
];
const all: TrafficStep = { weight: 100, hold: 0 };

/** Whether the new release comes up beside the former one. There must be a former one. */
export function takesOtherSlot(header: Pick<RolloutHeader, "strategy" | "kind">, from: Active | undefined): boolean {
  return (
    from !== undefined && header.strategy !== "rolling" && (header.kind === "deploy" || header.kind === "rollback")
  );
}

/** The steps by which requests go over; none where pods are replaced in place. The last one gives all of them. */
export function trafficSteps(
  header: Pick<RolloutHeader, "strategy" | "kind">,
  from: Active,
  settings: DeploySettings | undefined,
): readonly TrafficStep[] {
  if (!takesOtherSlot(header, from)) return [];
  // Who goes back wants it now.
  if (header.kind === "rollback") return [all];
  if (header.strategy === "blue-green") {
    return settings?.switch === "by-hand" ? [{ weight: 0, hold: undefined }, all] : [all];
  }
  const asked = settings === undefined || settings.steps.length === 0 ? defaultSteps : settings.steps;
  return asked.at(-1)?.weight === all.weight ? asked : [...asked, all];
}
