import type { GatewayRoutes, Listener, Route } from "@fairway/gateway";
import type { EndpointSlice, Ingress, IngressBackend, Service } from "@fairway/objects";
import { endpointsOf, endpointsOfPort } from "./endpoints.ts";
import { type Seen, type Slot, sharesOf, slotService } from "./shares.ts";

/** Label of Fairway's service on the Kubernetes Service that hosts lead to. */
const FAIRWAY_SERVICE = "fairway.dev/service";
/** Annotation with the platform-wide number of the service. */
const NUMBER = "fairway.dev/number";

export interface IngressOptions {
  readonly address: string;
  /** Listener for hosts; 0 takes a free port. */
  readonly ingressPort: number;
  /** The service with number n listens on `addressBase + n`. */
  readonly addressBase: number;
}

/** Name of the listener for hosts. */
export const INGRESS = "ingress";

/**
 * What the cluster's gateway serves: hosts and paths of Ingresses, `<service>.<anything>` by the Host's first label, and one
 * listener per numbered service, which takes any Host. Only endpoints that are ready and not terminating are used. Where a Service asks for
 * shares, they are those of its slots; as long as none of these has anybody ready, it is served by its selector.
 */
export function ingressRoutes(
  services: readonly Service[],
  seen: Pick<Seen, "slices">,
  ingresses: readonly Ingress[],
  options: IngressOptions,
): GatewayRoutes {
  const backendsOf = (
    service: Service,
    endpointsIn: (slices: readonly EndpointSlice[]) => readonly string[],
  ): Route["backends"] => {
    const { namespace } = service.metadata;
    const backend = (name: string, weight: number) => {
      return { name: `${namespace}/${name}`, weight, endpoints: endpointsIn(seen.slices(namespace, name)) };
    };
    const shares = sharesOf(service);
    const ofSlot = (slot: Slot) => backend(slotService(service, slot), shares?.[slot] ?? 0);
    const slots = shares === undefined ? [] : [ofSlot("a"), ofSlot("b")];
    const isServed = slots.some(({ weight, endpoints }) => weight > 0 && endpoints.length > 0);
    return isServed ? slots : [backend(service.metadata.name, 1)];
  };
  const hosts: Route[] = [];
  const numbered: Listener[] = [];
  const taken = new Set<number>();
  // Oldest first: a name or a number that is taken twice stays with who had it.
  for (const service of services.toSorted(byAge)) {
    const backends = backendsOf(service, (slices) => endpointsOf(service, slices));
    const name = service.metadata.labels?.[FAIRWAY_SERVICE];
    if (name !== undefined && name === service.metadata.name) hosts.push({ hosts: [name, `${name}.*`], backends });
    const number = Number(service.metadata.annotations?.[NUMBER]);
    if (!Number.isInteger(number) || number < 0 || taken.has(number)) continue;
    const port = options.addressBase + number;
    if (port > 65_535) continue;
    taken.add(number);
    numbered.push({ name: `service-${number}`, host: options.address, port, routes: [{ hosts: ["*"], backends }] });
  }
  const backendOf = (namespace: string, { service: of }: IngressBackend): Route["backends"] => {
    const service = services.find(({ metadata }) => metadata.namespace === namespace && metadata.name === of?.name);
    if (service === undefined) return [{ name: `${namespace}/${of?.name}`, weight: 1, endpoints: [] }];
    const wanted = of?.port?.name ?? service.spec?.ports?.find(({ port }) => port === of?.port?.number)?.name ?? "";
    return backendsOf(service, (slices) => endpointsOfPort(wanted, slices));
  };
  // Oldest first, as above: a host and path that two have stay with the first.
  hosts.unshift(...ingresses.toSorted(byAge).flatMap((one) => routesOf(one, backendOf)));
  return {
    listeners: [{ name: INGRESS, host: options.address, port: options.ingressPort, routes: hosts }, ...numbered],
  };
}

/** Rules without a host are for all that have no other route; so is the default backend. */
function routesOf(
  { spec, metadata }: Ingress,
  backendOf: (namespace: string, backend: IngressBackend) => Route["backends"],
): readonly Route[] {
  const namespace = metadata.namespace ?? "";
  const ruled = (spec?.rules ?? []).flatMap(({ host = "*", http }) =>
    (http?.paths ?? []).map(({ path = "/", pathType, backend }): Route => {
      const type = pathType === "Exact" ? "exact" : "prefix";
      return { hosts: [host], path: { type, value: path }, backends: backendOf(namespace, backend) };
    }),
  );
  const fallback = spec?.defaultBackend;
  return fallback === undefined ? ruled : [...ruled, { hosts: ["*"], backends: backendOf(namespace, fallback) }];
}

function byAge(a: Service | Ingress, b: Service | Ingress): number {
  const key = ({ metadata }: Service | Ingress): string =>
    `${metadata.creationTimestamp} ${metadata.namespace}/${metadata.name}`;
  return key(a) < key(b) ? -1 : 1;
}
