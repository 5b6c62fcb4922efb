import { type FleetPlace, fleetOrder, type ReleaseRecord, type ReleaseStore } from "@fairway/catalog";
import { z } from "zod";

/** Releases in memory at once. */
const pageSize = 50;

/**
 * The services that run in an environment in the order of a fleet, the least critical first.
 *
 * @param wanted only those whose active release it wants; their places are those among all
 */
export async function orderServices(
  releases: Pick<ReleaseStore, "activeServices" | "activeOf">,
  environment: string,
  wanted: (release: ReleaseRecord) => boolean = () => true,
): Promise<readonly FleetPlace[]> {
  const names = await releases.activeServices(environment);
  const found = [];
  const chosen = new Set<string>();
  for (let from = 0; from < names.length; from += pageSize) {
    for (const release of await releases.activeOf(environment, names.slice(from, from + pageSize))) {
      const { kind, dependencies } = release.profile;
      found.push({ name: release.service, kind, dependencies, availability: availabilityOf(release.inputs) });
      if (wanted(release)) chosen.add(release.service);
    }
  }
  return fleetOrder(found).filter(({ service }) => chosen.has(service));
}

const promised = z.object({ spec: z.object({ slo: z.object({ availability: z.number() }) }) });

function availabilityOf(inputs: unknown): number | undefined {
  return promised.safeParse(inputs).data?.spec.slo.availability;
}
