import { numberAnnotation, type Slot, slotLabel } from "@fairway/manifests";
import { type HTTPRoute, isHttpRoute, isService, type KubernetesObject, type Service } from "@fairway/objects";

const leadingKinds = new Set(["Service", "Ingress", "HTTPRoute"]);

/** Whether an object decides where requests go; of the Services that a team brought itself, none does. */
export function leadsRequests(object: KubernetesObject): boolean {
  return leadingKinds.has(object.kind) && (isService(object) ? leadsToSlot(object) : true);
}

/** Stable Services: those that lead to one slot. */
export function leadsToSlot(object: KubernetesObject): object is Service {
  return isService(object) && object.spec?.selector?.[slotLabel] !== undefined;
}

/** The stable Services that requests are shared out of, as the former release has them: those that only one release has lead to it anyway. */
export function sharedServices(of: {
  readonly former: readonly KubernetesObject[];
  readonly desired: readonly KubernetesObject[];
}): readonly Service[] {
  const names = namesOf(of.desired.filter(leadsToSlot));
  return of.former.filter(leadsToSlot).filter(({ metadata: { name } }) => names.has(name));
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

/** The Services for both slots of every stable Service of the new release that the former one has too. */
export function slotServices(of: {
  readonly former: readonly KubernetesObject[];
  readonly desired: readonly KubernetesObject[];
}): readonly Service[] {
  const names = namesOf(sharedServices(of));
  return of.desired
    .filter(leadsToSlot)
    .filter(({ metadata: { name } }) => names.has(name))
    .flatMap((stable) => [slotService(stable, "a"), slotService(stable, "b")]);
}

/** Whether an HTTPRoute leads to one of these Services. */
export function routesTo(object: KubernetesObject, services: readonly Service[]): object is HTTPRoute {
  if (!isHttpRoute(object)) return false;
  const names = namesOf(services);
  return (object.spec?.rules ?? []).some((rule) => (rule.backendRefs ?? []).some((backend) => isOneOf(backend, names)));
}

/** Whether a reference of an HTTPRoute is to one of these Services of its own namespace. */
export function isOneOf(
  { group = "", kind = "Service", namespace, name }: BackendRef,
  services: ReadonlySet<string>,
): boolean {
  return group === "" && kind === "Service" && namespace === undefined && services.has(name);
}

type BackendRef = NonNullable<NonNullable<NonNullable<HTTPRoute["spec"]>["rules"]>[number]["backendRefs"]>[number];

export function namesOf(objects: readonly KubernetesObject[]): ReadonlySet<string> {
  return new Set(objects.map(({ metadata }) => metadata.name));
}
