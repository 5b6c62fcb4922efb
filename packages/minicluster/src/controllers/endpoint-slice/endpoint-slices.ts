import {
  type Endpoint,
  type EndpointSlice,
  type IntOrString,
  isFinished,
  isReady,
  type Pod,
  type Service,
} from "@fairway/objects";
import { nameSafeHash, ownerReference } from "../object-key.ts";

/** Which Service a slice belongs to, as Kubernetes labels it. */
export const SERVICE_LABEL = "kubernetes.io/service-name";
/** Who writes a slice; several managers may have slices of one Service. (Kubernetes documentation, "EndpointSlices") */
export const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
export const CONTROLLER = "endpointslice-controller.k8s.io";
/** Set by the node agent: the port that the pod's process got as `$PORT`. */
export const POD_PORT = "fairway.dev/port";

interface ResolvedPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
}

/**
 * The EndpointSlices that a Service shall have. Ports are per slice, and here each pod has a port of its own, so there is one slice
 * for each set of resolved ports, as in Kubernetes when a named port has different numbers.
 */
export function endpointSlices(service: Service, pods: readonly Pod[]): readonly EndpointSlice[] {
  const groups = new Map<string, { readonly ports: readonly ResolvedPort[]; readonly endpoints: Endpoint[] }>();
  for (const pod of pods) {
    const ip = pod.status?.podIP;
    if (ip === undefined || isFinished(pod)) continue;
    const ports = (service.spec?.ports ?? []).flatMap((port): ResolvedPort[] => {
      const number = podPort(pod, port.targetPort ?? port.port);
      return number === undefined ? [] : [{ name: port.name ?? "", port: number, protocol: port.protocol ?? "TCP" }];
    });
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    groups.set(key, group);
    group.endpoints.push(endpointOf(pod, ip, service.spec?.publishNotReadyAddresses === true));
  }
  // Nobody to serve is said by an empty slice, which is no owner's gap.
  if (groups.size === 0) groups.set("[]", { ports: [], endpoints: [] });
  return [...groups].map(([key, { ports, endpoints }]) => ({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${service.metadata.name}-${nameSafeHash(key)}`,
      ...(service.metadata.namespace === undefined ? {} : { namespace: service.metadata.namespace }),
      labels: {
        ...service.metadata.labels,
        [SERVICE_LABEL]: service.metadata.name,
        [MANAGED_BY]: CONTROLLER,
      },
      ownerReferences: [ownerReference(service)],
    },
    addressType: "IPv4",
    endpoints,
    ports,
  }));
}

/** The port a pod really serves for a container port's name or number; undefined while it is not known. */
function podPort(pod: Pod, wanted: IntOrString): number | undefined {
  const ports = (pod.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  const declared = ports.find((port) => (typeof wanted === "number" ? port.containerPort : port.name) === wanted);
  if (declared === undefined) return typeof wanted === "number" ? wanted : undefined;
  if (declared !== ports[0]) return declared.containerPort;
  const given = Number(pod.metadata.annotations?.[POD_PORT]);
  return Number.isInteger(given) && given > 0 ? given : undefined;
}

function endpointOf(pod: Pod, ip: string, publishesAll: boolean): Endpoint {
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const serving = isReady(pod);
  return {
    addresses: [ip],
    conditions: { ready: publishesAll || (serving && !terminating), serving, terminating },
    ...(pod.spec?.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: {
      kind: "Pod",
      name: pod.metadata.name,
      ...(pod.metadata.namespace === undefined ? {} : { namespace: pod.metadata.namespace }),
      ...(pod.metadata.uid === undefined ? {} : { uid: pod.metadata.uid }),
    },
  };
}
