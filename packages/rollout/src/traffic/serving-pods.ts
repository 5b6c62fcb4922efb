import { type Slot, serviceLabel, slotLabel } from "@fairway/manifests";
import { isEndpointSlice, isPod, type KubernetesObject, type Pod, type Service, takesRequests } from "@fairway/objects";
import type { Query, SideBySide } from "./router.ts";
import { sharedServices } from "./slot-services.ts";

/** On EndpointSlices: the Service that they are of. (Kubernetes documentation, "EndpointSlices") */
const sliceOfLabel = "kubernetes.io/service-name";

/** What to read in order to know which pods the stable Services lead to. */
export function podQueries(of: SideBySide): readonly Query[] {
  const { namespace } = of;
  return [
    ...sharedServices(of).map(({ metadata: { name } }) => ({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      namespace,
      labels: { [sliceOfLabel]: name },
    })),
    { apiVersion: "v1", kind: "Pod", namespace, labels: { [serviceLabel]: of.service } },
  ];
}

/** The pods of a stable Service, by whether its EndpointSlices have them. */
export interface ServingPods {
  /** Pods that take requests, by slot. Ones that have gone already are in none, and count in `all`. */
  readonly taking: Readonly<Record<Slot, number>>;
  readonly all: number;
  /** Ready pods, by slot, that get none yet. */
  readonly missing: Readonly<Record<Slot, number>>;
}

/** @param live what was read of `podQueries` */
export function servingPods(stable: Service, live: readonly KubernetesObject[]): ServingPods {
  const { [slotLabel]: _, ...selector } = stable.spec?.selector ?? {};
  const pods = new Map(live.filter(isPod).map((pod) => [pod.metadata.name, pod] as const));
  const slices = live
    .filter(isEndpointSlice)
    .filter(({ metadata }) => metadata.labels?.[sliceOfLabel] === stable.metadata.name);
  const taking = new Set(
    slices
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready ?? true)
      .map(({ targetRef, addresses }) => targetRef?.name ?? addresses[0] ?? ""),
  );
  const ready = [...pods.values()].filter((pod) => takesRequests(pod) && isSelected(pod, selector));
  const count = (slot: Slot, of: readonly (Pod | undefined)[]): number =>
    of.filter((pod) => pod?.metadata.labels?.[slotLabel] === slot).length;
  const serving = [...taking].map((name) => pods.get(name));
  const waiting = ready.filter(({ metadata: { name } }) => !taking.has(name));
  return {
    taking: { a: count("a", serving), b: count("b", serving) },
    all: taking.size,
    missing: { a: count("a", waiting), b: count("b", waiting) },
  };
}

/**
 * Whether every stable Service leads to the ready pods of this slot and to no others. What still routes by an older list is as
 * late as it is whenever a pod goes, and the pods' time to drain is for that.
 */
export function leadsOnlyTo(slot: Slot, of: SideBySide, live: readonly KubernetesObject[]): boolean {
  return sharedServices(of).every((stable) => {
    const { taking, all, missing } = servingPods(stable, live);
    return all === taking[slot] && missing[slot] === 0;
  });
}

function isSelected({ metadata }: Pod, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([label, value]) => metadata.labels?.[label] === value);
}
