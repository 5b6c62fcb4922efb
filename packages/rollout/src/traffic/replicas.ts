import { serviceLabel, slotLabel } from "@fairway/manifests";
import { isEndpointSlice, isPod, type KubernetesObject, type Service } from "@fairway/objects";
import type { Router } from "./router.ts";
import { leadsRequests, leadsToSlot } from "./slot-services.ts";

/**
 * Where nothing has weights: the stable Service leads to the pods of both slots, and the share is that of the new pods
 * among all. None of the former release's pods is taken away before the decision, so half of the requests is the most
 * before the last step.
 */
export const replicasRouter: Router = {
  beside: () => [],
  objects(of, weight) {
    if (weight === 0) return of.former.filter(leadsRequests);
    if (weight === 100) return of.desired.filter(leadsRequests);
    return of.former.filter(leadsToSlot).map(toBothSlots);
  },
  replicas({ former, desired }, weight) {
    if (weight === 100) return undefined;
    if (weight === 0 || former === 0) return desired;
    const share = Math.ceil((former * weight) / (100 - weight));
    return Math.max(1, Math.min(share, former, desired));
  },
  reads: (of) =>
    of.desired.filter(leadsToSlot).flatMap(({ metadata: { name } }) => [
      {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        namespace: of.namespace,
        labels: { "kubernetes.io/service-name": name },
      },
      { apiVersion: "v1", kind: "Pod", namespace: of.namespace, labels: { [serviceLabel]: of.service } },
    ]),
  taken(of, weight, live) {
    const slots = new Map(
      live.filter(isPod).map(({ metadata }) => [metadata.name, metadata.labels?.[slotLabel]] as const),
    );
    const serving = live
      .filter(isEndpointSlice)
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready ?? true)
      .map(({ targetRef }) => slots.get(targetRef?.name ?? ""));
    const ours = serving.filter((slot) => slot === of.to).length;
    const theirs = serving.filter((slot) => slot === of.from).length;
    const wanted = weight === 0 ? ours === 0 && theirs > 0 : weight === 100 ? theirs === 0 && ours > 0 : ours > 0;
    const share = `${ours} of ${ours + theirs} pods that take requests are of the new release`;
    return { taken: wanted, detail: share };
  },
};

function toBothSlots(stable: Service): KubernetesObject {
  const { [slotLabel]: _, ...selector } = stable.spec?.selector ?? {};
  return { ...stable, spec: { ...stable.spec, selector } };
}
