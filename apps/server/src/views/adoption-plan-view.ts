import type { AdoptionPlanView } from "@fairway/api";
import type { ActResult } from "@fairway/catalog";
import { describeRef, refKey } from "@fairway/objects";
import type { AdoptionPlan, FormerObject } from "@fairway/rollout";

/** @param acts what the act under way has come to, by cluster */
export function adoptionPlanView(
  { from, namespace, way, clusters }: AdoptionPlan,
  acts: Readonly<Record<string, ActResult>>,
): AdoptionPlanView {
  const former = ({ ref, madeBy }: FormerObject) => ({ object: describeRef(ref), madeBy });
  return {
    ...{ from: { ...from }, namespace, way },
    clusters: Object.entries(clusters).map(([name, own]) => {
      const now = acts[name];
      const key = refKey(own.address.ref);
      return {
        name,
        address: former(own.address),
        pairs: own.pairs.map((pair) => ({ ...pair })),
        take: [...(way === "take" ? [own.address] : []), ...own.take].map(former),
        remove: own.remove.map(former),
        leave: own.leave.map((one) => ({ ...one })),
        withheld: own.withheld.filter((one) => one !== key).map(shortKey),
        notes: [...own.notes],
        ...(now === undefined ? {} : { now: { ...now } }),
      };
    }),
  };
}

/** `apps/v1/Deployment/shop/shop-a` as people write it. */
function shortKey(key: string): string {
  const parts = key.split("/");
  return `${parts.at(-3)}/${parts.at(-1)}`;
}
