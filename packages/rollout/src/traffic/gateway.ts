import { type Slot, weightsAnnotation, weightsCondition } from "@fairway/manifests";
import { isService, type KubernetesObject } from "@fairway/objects";
import type { Router, SideBySide } from "./router.ts";
import { leadsRequests, leadsToSlot, slotServices } from "./slot-services.ts";

/**
 * Our gateway: it takes shares from an annotation of the stable Service, finds the pods by the Services of the slots, and
 * answers with a condition of the stable Service. Callers inside the cluster go by the stable Service alone, and so over
 * with the last step.
 */
export const gatewayRouter: Router = {
  beside: ({ desired }) => slotServices(desired),
  objects(of, weight) {
    if (weight === 0) return of.former.filter(leadsRequests);
    if (weight === 100) return of.desired.filter(leadsRequests);
    const weights = weightsOf(of, weight);
    return of.former.filter(leadsToSlot).map((stable) => ({
      ...stable,
      metadata: {
        ...stable.metadata,
        annotations: { ...stable.metadata.annotations, [weightsAnnotation]: weights },
      },
    }));
  },
  reads: ({ desired, namespace }) =>
    desired
      .filter(leadsToSlot)
      .map(({ metadata: { name } }) => ({ apiVersion: "v1", kind: "Service", namespace, name })),
  taken(of, weight, live) {
    const stable = live.filter(isService);
    const wanted = weight === 0 || weight === 100 ? undefined : weightsOf(of, weight);
    const late = stable.find((service) => takenBy(service) !== wanted);
    if (stable.length > 0 && late === undefined) return { taken: true, detail: `${weight} % to the new release` };
    return { taken: false, detail: `the gateway has not taken ${weight} % yet` };
  },
};

function weightsOf({ from, to }: SideBySide, weight: number): string {
  const shares: Record<Slot, number> = { a: 0, b: 0 };
  shares[from] = 100 - weight;
  shares[to] = weight;
  return JSON.stringify(shares);
}

/** The weights by which the gateway says that it routes; undefined: by the Service's selector alone. */
function takenBy(service: KubernetesObject): string | undefined {
  if (!isService(service)) return undefined;
  const condition = service.status?.conditions?.find(({ type }) => type === weightsCondition);
  return condition?.status === "True" ? condition.message : undefined;
}
