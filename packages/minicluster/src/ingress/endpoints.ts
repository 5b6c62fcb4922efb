import type { Endpoint, EndpointSlice, Service } from "@fairway/objects";

/** Of the Service's first port, or the one named `http`. */
export function endpointsOf(service: Service, slices: readonly EndpointSlice[]): readonly string[] {
  const ports = service.spec?.ports ?? [];
  return endpointsOfPort((ports.find(({ name }) => name === "http") ?? ports[0])?.name ?? "", slices);
}

/** `host:port` of all that take requests on the port of this name. */
export function endpointsOfPort(wanted: string, slices: readonly EndpointSlice[]): readonly string[] {
  return slices
    .flatMap((slice) => {
      const port = slice.ports?.find(({ name }) => (name ?? "") === wanted)?.port;
      if (port === undefined) return [];
      return (slice.endpoints ?? [])
        .filter(isTaking)
        .flatMap(({ addresses }) => addresses.map((address) => `${address}:${port}`));
    })
    .toSorted();
}

/** Ready, and not about to end. */
export function isTaking({ conditions }: Endpoint): boolean {
  return conditions?.ready !== false && conditions?.terminating !== true;
}
