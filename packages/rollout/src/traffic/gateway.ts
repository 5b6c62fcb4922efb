import { type Slot, weightsAnnotation, weightsCondition } from "@fairway/manifests";
import { isService, type KubernetesObject } from "@fairway/objects";
import type { Router, SideBySide } from "./router.ts";
import { leadsRequests, sharedServices, slotServices } from "./slot-services.ts";

/**
 * Our gateway: it takes shares from an annotation of the stable Service, finds the pods by the Services of the slots, and
 * answers with a condition of the stable Service. Without the annotation it goes by the Service's selector, and says so in the
 * same words. Services call each other by it too, so shares hold for them as well.
 */
export const gatewayRouter: Router = {
  answersItself: true,
  beside: slotServices,
  objects(of, weight) {
    if (weight === 0) return of.former.filter(leadsRequests);
    if (weight === 100) return of.desired.filter(leadsRequests);
    const weights = weightsOf(of, weight);
    return sharedServices(of).map((stable) => ({
      ...stable,
      metadata: {
        ...stable.metadata,
        annotations: { ...stable.metadata.annotations, [weightsAnnotation]: weights },
      },
    }));
  },
  reads: (of) =>
    sharedServices(of).map(({ metadata: { name } }) => ({
      apiVersion: "v1",
      kind: "Service",
      namespace: of.namespace,
      name,
    })),
  taken(of, weight, live) {
    const wanted = weightsOf(of, weight);
    const late = sharedServices(of).find(({ metadata: { name } }) => {
      const stored = live.find(({ metadata }) => metadata.name === name);
      return stored === undefined || takenBy(stored) !== wanted;
    });
    if (late === undefined) return { taken: true, detail: `${weight} % to the new release` };
    return { taken: false, detail: `the gateway has not taken ${weight} % yet` };
  },
};

/** As the gateway writes them: in this order, without spaces. */
function weightsOf({ from, to }: SideBySide, weight: number): string {
  const shares: Record<Slot, number> = { a: 0, b: 0 };
  shares[from] = 100 - weight;
  shares[to] = weight;
  return JSON.stringify(shares);
}

/** The weights by which the gateway says that it routes. */
function takenBy(service: KubernetesObject): string | undefined {
  if (!isService(service)) return undefined;
  const condition = service.status?.conditions?.find(({ type }) => type === weightsCondition);
  return condition?.status === "True" ? condition.message : undefined;
}
