import { slotLabel } from "@fairway/manifests";
import type { KubernetesObject, Service } from "@fairway/objects";
import type { Router } from "./router.ts";
import { leadsOnlyTo, podQueries, servingPods } from "./serving-pods.ts";
import { leadsRequests, sharedServices } from "./slot-services.ts";

/**
 * Where nothing has weights: the stable Service leads to the pods of both slots, and the share is that of the new pods
 * among all. None of the former release's pods is taken away before the decision, so half of the requests is the most
 * before the last step.
 */
export const replicasRouter: Router = {
  answersItself: false,
  beside: () => [],
  objects(of, weight) {
    if (weight === 0) return of.former.filter(leadsRequests);
    if (weight === 100) return of.desired.filter(leadsRequests);
    return sharedServices(of).map(toBothSlots);
  },
  replicas({ former, desired }, weight) {
    const share = Math.ceil((former * weight) / (100 - weight));
    return former === 0 ? desired : Math.min(Math.max(1, share), former, desired);
  },
  reads: podQueries,
  taken(of, weight, live) {
    const seen = sharedServices(of).map((stable) => servingPods(stable, live));
    const ours = seen.reduce((sum, { taking }) => sum + taking[of.to], 0);
    const all = seen.reduce((sum, one) => sum + one.all, 0);
    const detail = `${ours} of ${all} pods that take requests are of the new release`;
    if (weight === 0 || weight === 100) return { taken: leadsOnlyTo(weight === 0 ? of.from : of.to, of, live), detail };
    return { taken: seen.every(({ taking, missing }) => taking[of.to] > 0 && missing[of.to] === 0), detail };
  },
};

function toBothSlots(stable: Service): KubernetesObject {
  const { [slotLabel]: _, ...selector } = stable.spec?.selector ?? {};
  return { ...stable, spec: { ...stable.spec, selector } };
}
