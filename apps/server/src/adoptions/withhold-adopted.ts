import type { AdoptionRecord, Adoptions } from "@fairway/catalog";
import { isService, keyOf } from "@fairway/objects";
import type { AdoptionPlan, Releases, StoredRelease } from "@fairway/rollout";
import { openAdoption } from "./open-adoption.ts";

type Open = Pick<AdoptionRecord<AdoptionPlan>, "environment" | "service" | "state" | "plan">;

/**
 * The stored releases without what waits for the confirmation of an adoption: what the old service has by the same name, and
 * what would hold for its pods too. Our Service counts as ours as long as it has taken the old one over.
 */
export function withholdAdopted(releases: Releases, adoptions: Pick<Adoptions<AdoptionPlan>, "open">): Releases {
  return {
    ...releases,
    async get(name) {
      const release = await releases.get(name);
      if (release === undefined) return undefined;
      const open = await openAdoption(adoptions, release);
      return open === undefined ? release : withheld(release, open);
    },
  };
}

function withheld(release: StoredRelease, { state, plan, service }: Open): StoredRelease {
  if (state === "settling" || state === "deleting") return release;
  const isLed = state === "moved" || state === "taking";
  const objects = Object.entries(release.objects).map(([cluster, all]) => {
    const keys = new Set(plan.clusters[cluster]?.withheld);
    const stays = all.filter((object) => {
      if (isLed && plan.way === "take" && isService(object) && object.metadata.name === service) return true;
      return !keys.has(keyOf(object));
    });
    return [cluster, stays] as const;
  });
  return { ...release, objects: Object.fromEntries(objects) };
}
