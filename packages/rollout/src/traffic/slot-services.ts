import { numberAnnotation, type Slot, slotLabel } from "@fairway/manifests";
import { isHttpRoute, isService, type KubernetesObject, type Service } from "@fairway/objects";

const leadingKinds = new Set(["Service", "Ingress", "HTTPRoute"]);

/** Whether an object decides where requests go; of what a team brought itself, nothing does. */
export function leadsRequests(object: KubernetesObject): boolean {
  return leadingKinds.has(object.kind) && (isService(object) ? leadsToSlot(object) : true);
}

/** Stable Services: those that lead to one slot. */
export function leadsToSlot(object: KubernetesObject): object is Service {
  return isService(object) && object.spec?.selector?.[slotLabel] !== undefined;
}

export function slotServiceName(service: string, slot: Slot): string {
  return `${service}-${slot}`;
}

/** A Service for one slot beside the stable one, for routers that share requests out by Service. */
export function slotService(stable: Service, slot: Slot): Service {
  const { annotations, labels, namespace } = stable.metadata;
  // The number's address belongs to the stable Service alone.
  const { [numberAnnotation]: _, ...rest } = annotations ?? {};
  return {
    ...stable,
    metadata: {
      name: slotServiceName(stable.metadata.name, slot),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, [slotLabel]: slot },
      annotations: rest,
    },
    spec: { ...stable.spec, selector: { ...stable.spec?.selector, [slotLabel]: slot } },
  };
}

/** The Services for both slots of every stable Service. */
export function slotServices(objects: readonly KubernetesObject[]): readonly Service[] {
  return objects.filter(leadsToSlot).flatMap((stable) => [slotService(stable, "a"), slotService(stable, "b")]);
}

/** Whether an HTTPRoute leads to one of these Services. */
export function routesTo(object: KubernetesObject, services: readonly Service[]): boolean {
  if (!isHttpRoute(object)) return false;
  const names = new Set(services.map(({ metadata }) => metadata.name));
  return (object.spec?.rules ?? []).some((rule) => (rule.backendRefs ?? []).some(({ name }) => names.has(name)));
}
