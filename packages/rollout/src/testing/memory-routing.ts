import { weightsAnnotation, weightsCondition } from "@fairway/manifests";
import { type HTTPRoute, isHttpRoute, isService, type KubernetesObject, refOf, type Service } from "@fairway/objects";
import type { Clock } from "../ports.ts";
import type { MemoryObjects } from "./memory-objects.ts";

const delay = 30;

/** What shares requests out in a memory cluster: our gateway by a Service's weights, a Gateway by HTTPRoutes; each says when it does. */
export function memoryRouting(objects: MemoryObjects, clock: Clock, isStuck: () => boolean): void {
  objects.subscribe((changed, gone) => {
    if (gone || !(isService(changed) || isHttpRoute(changed))) return;
    const take = (): void => {
      const now = objects.get(refOf(changed));
      if (now === undefined || isStuck()) return;
      if (isService(now)) objects.put(weighed(now));
      if (isHttpRoute(now)) objects.put(accepted(now));
    };
    clock.sleep(delay).then(take, () => undefined);
  });
}

function weighed(service: Service): KubernetesObject {
  const weights = service.metadata.annotations?.[weightsAnnotation];
  const others = (service.status?.conditions ?? []).filter(({ type }) => type !== weightsCondition);
  if (weights === undefined && others.length === (service.status?.conditions ?? []).length) return service;
  const own = weights === undefined ? [] : [{ type: weightsCondition, status: "True" as const, message: weights }];
  return { ...service, status: { ...service.status, conditions: [...others, ...own] } };
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
