import {
  isEndpointSlice,
  isPod,
  isReady,
  isService,
  type KubernetesObject,
  type Pod,
  refOf,
  type Service,
} from "@fairway/objects";
import type { Clock } from "../ports.ts";
import type { MemoryObjects } from "./memory-objects.ts";

const delay = 20;

/** The EndpointSlices of a memory cluster: one for each Service with a selector, a moment after pods have changed. */
export function memoryEndpoints(objects: MemoryObjects, clock: Clock): void {
  const queued = new Set<string>();

  const write = (namespace: string): void => {
    queued.delete(namespace);
    const space = objects.get({ apiVersion: "v1", kind: "Namespace", name: namespace });
    if (space === undefined || space.metadata.deletionTimestamp !== undefined) return;
    const inside = objects.all().filter(({ metadata }) => metadata.namespace === namespace);
    const pods = inside.filter(isPod);
    for (const service of inside.filter(isService)) {
      if (service.spec?.selector === undefined) continue;
      const before = inside.filter(isEndpointSlice).find(({ metadata }) => metadata.name === sliceName(service));
      objects.put({
        ...before,
        ...sliceOf(
          service,
          pods.filter((pod) => selects(service, pod)),
        ),
      });
    }
  };

  objects.subscribe((changed) => {
    const { namespace } = changed.metadata;
    if (namespace === undefined || queued.has(namespace) || !(isPod(changed) || isService(changed))) return;
    queued.add(namespace);
    clock.sleep(delay).then(
      () => write(namespace),
      () => undefined,
    );
  });
}

export function sliceName({ metadata }: Service): string {
  return `${metadata.name}-1`;
}

function sliceOf(service: Service, pods: readonly Pod[]): KubernetesObject {
  const { name, namespace, uid, labels } = service.metadata;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: sliceName(service),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, "kubernetes.io/service-name": name },
      ownerReferences: [{ apiVersion: "v1", kind: "Service", name, uid: uid ?? "", controller: true }],
    },
    addressType: "IPv4",
    endpoints: pods.map((pod) => ({
      addresses: ["10.0.0.1"],
      conditions: { ready: isReady(pod) },
      targetRef: refOf(pod),
    })),
    ports: pods.length === 0 ? [] : portsOf(service, pods),
  };
}

/** As the first pod has them: all of a Service here have the same. */
function portsOf({ spec }: Service, [pod]: readonly Pod[]): readonly unknown[] {
  const declared = (pod?.spec?.containers ?? []).flatMap(({ ports = [] }) => ports);
  return (spec?.ports ?? []).flatMap(({ name = "", port, targetPort = port, protocol = "TCP" }) => {
    const number =
      typeof targetPort === "number" ? targetPort : declared.find((one) => one.name === targetPort)?.containerPort;
    return number === undefined ? [] : [{ name, port: number, protocol }];
  });
}

function selects({ spec }: Service, { metadata }: Pod): boolean {
  return Object.entries(spec?.selector ?? {}).every(([key, value]) => metadata.labels?.[key] === value);
}
