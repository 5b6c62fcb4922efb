import type { GatewayRoutes, Listener, Route } from "@fairway/gateway";
import type { EndpointSlice, Service } from "@fairway/objects";
import { SERVICE_LABEL } from "../controllers/endpoint-slice/endpoint-slices.ts";

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
 * What the cluster's gateway serves: `<service>.<anything>` by the Host's first label, and one listener per numbered service, which takes any Host.
 * Only endpoints that are ready and not terminating are used.
 */
export function ingressRoutes(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  options: IngressOptions,
): GatewayRoutes {
  const byService = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = `${slice.metadata.namespace}/${slice.metadata.labels?.[SERVICE_LABEL]}`;
    byService.set(key, [...(byService.get(key) ?? []), slice]);
  }
  const hosts: Route[] = [];
  const numbered: Listener[] = [];
  const taken = new Set<number>();
  // Oldest first: a name or a number that is taken twice stays with who had it.
  for (const service of services.toSorted(byAge)) {
    const key = `${service.metadata.namespace}/${service.metadata.name}`;
    const backends = [{ name: key, weight: 1, endpoints: endpointsOf(service, byService.get(key) ?? []) }];
    const name = service.metadata.labels?.[FAIRWAY_SERVICE];
    if (name !== undefined && name === service.metadata.name) hosts.push({ hosts: [name, `${name}.*`], backends });
    const number = Number(service.metadata.annotations?.[NUMBER]);
    if (!Number.isInteger(number) || number < 0 || taken.has(number)) continue;
    const port = options.addressBase + number;
    if (port > 65_535) continue;
    taken.add(number);
    numbered.push({ name: `service-${number}`, host: options.address, port, routes: [{ hosts: ["*"], backends }] });
  }
  return {
    listeners: [{ name: INGRESS, host: options.address, port: options.ingressPort, routes: hosts }, ...numbered],
  };
}

/** Of the Service's first port, or the one named `http`. */
function endpointsOf(service: Service, slices: readonly EndpointSlice[]): readonly string[] {
  const ports = service.spec?.ports ?? [];
  const wanted = (ports.find(({ name }) => name === "http") ?? ports[0])?.name ?? "";
  return slices
    .flatMap((slice) => {
      const port = slice.ports?.find(({ name }) => (name ?? "") === wanted)?.port;
      if (port === undefined) return [];
      return (slice.endpoints ?? [])
        .filter(({ conditions }) => conditions?.ready !== false && conditions?.terminating !== true)
        .flatMap(({ addresses }) => addresses.map((address) => `${address}:${port}`));
    })
    .toSorted();
}

function byAge(a: Service, b: Service): number {
  const key = ({ metadata }: Service): string => `${metadata.creationTimestamp} ${metadata.namespace}/${metadata.name}`;
  return key(a) < key(b) ? -1 : 1;
}
