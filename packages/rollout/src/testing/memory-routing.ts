import { type Slot, slotLabel, weightsAnnotation, weightsCondition } from "@fairway/manifests";
import {
  type HTTPRoute,
  isEndpointSlice,
  isHttpRoute,
  isPod,
  isService,
  type KubernetesObject,
  type Service,
} from "@fairway/objects";
import type { Clock, Cluster } from "../ports.ts";
import { slotServiceName } from "../traffic/slot-services.ts";
import type { MemoryObjects } from "./memory-objects.ts";

const delay = 30;

/**
 * What shares requests out in a memory cluster: our gateway by a Service's weights, where the cluster has it, a Gateway by
 * HTTPRoutes; each says what it does.
 */
export function memoryRouting(
  objects: MemoryObjects,
  clock: Clock,
  { router, isStuck }: Pick<Cluster, "router"> & { readonly isStuck: () => boolean },
): void {
  const queued = new Set<string>();

  const take = (namespace: string): void => {
    queued.delete(namespace);
    if (isStuck()) return;
    const inside = objects.all().filter(({ metadata }) => metadata.namespace === namespace);
    for (const one of inside) {
      if (isHttpRoute(one)) objects.put(accepted(one));
      if (isService(one) && router === "gateway") objects.put(weighed(one, inside));
    }
  };

  objects.subscribe((changed) => {
    const { namespace } = changed.metadata;
    const matters = isService(changed) || isHttpRoute(changed) || isEndpointSlice(changed);
    if (!matters || namespace === undefined || queued.has(namespace)) return;
    queued.add(namespace);
    clock.sleep(delay).then(
      () => take(namespace),
      () => undefined,
    );
  });
}

/** As minicluster's ingress does. */
function weighed(service: Service, inside: readonly KubernetesObject[]): KubernetesObject {
  const slot = service.spec?.selector?.[slotLabel];
  if (slot === undefined || service.metadata.labels?.[slotLabel] !== undefined) return service;
  const asked = service.metadata.annotations?.[weightsAnnotation];
  const shares: Readonly<Record<Slot, number>> = asked === undefined ? { a: 0, b: 0, [slot]: 100 } : JSON.parse(asked);
  const slots = (["a", "b"] as const).filter((one) => shares[one] > 0);
  const led = (name: string): readonly (string | undefined)[] =>
    inside
      .filter(isEndpointSlice)
      .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === name)
      .flatMap(({ endpoints = [] }) => endpoints)
      .filter(({ conditions }) => conditions?.ready ?? true)
      .map(({ targetRef }) => inside.filter(isPod).find(({ metadata }) => metadata.name === targetRef?.name))
      .map((pod) => pod?.metadata.labels?.[slotLabel]);
  const { name } = service.metadata;
  const routed =
    asked === undefined
      ? led(name).every((one) => one === slot)
      : slots.every((one) => led(slotServiceName(name, one)).length > 0);
  const own = { type: weightsCondition, status: routed ? "True" : "False", message: JSON.stringify(shares) } as const;
  const others = (service.status?.conditions ?? []).filter(({ type }) => type !== weightsCondition);
  return { ...service, status: { ...service.status, conditions: [...others, own] } };
}

function accepted(route: HTTPRoute): KubernetesObject {
  const observedGeneration = route.metadata.generation ?? 0;
  const conditions = ["Accepted", "ResolvedRefs"].map((type) => ({
    type,
    status: "True" as const,
    observedGeneration,
  }));
  const parents = (route.spec?.parentRefs ?? []).map((parentRef) => ({ parentRef, conditions }));
  return { ...route, status: { parents } };
}
