import { canonicalJson } from "@fairway/manifests";
import type { EndpointSlice, KubernetesObject } from "@fairway/objects";
import type { ClusterAdoption } from "../plan/adoption/adoption-plan.ts";
import { sliceOfLabel } from "./endpoints.ts";

/** On the slices that lead an old Service to ours, and in the selector of that Service: the adoption's number. */
export const adoptionLabel = "fairway.dev/adoption";
/** Whoever writes slices leaves those of others alone. (Kubernetes documentation, "EndpointSlices", management) */
const managedBy = "endpointslice.kubernetes.io/managed-by";

/**
 * The slices of the old Service that lead to the pods of ours: those of our Service, under the names that the old one has for
 * its ports. They go with the old Service. Pure.
 *
 * @param slices of our Service
 */
export function mirrorSlices(
  slices: readonly EndpointSlice[],
  { address, ports }: Pick<ClusterAdoption, "address" | "ports">,
  number: number,
): readonly EndpointSlice[] {
  const { ref, uid } = address;
  return slices.flatMap((slice): EndpointSlice[] => {
    const paired = ports.flatMap(({ name, protocol, ours }) => {
      const found = slice.ports?.find((one) => (one.name ?? "") === ours);
      return found?.port === undefined ? [] : [{ name, port: found.port, protocol }];
    });
    // A slice without endpoints has no ports.
    if (paired.length === 0) return [];
    return [
      {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: {
          name: `fairway-${slice.metadata.name}`,
          ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
          labels: { [sliceOfLabel]: ref.name, [managedBy]: "fairway.dev", [adoptionLabel]: String(number) },
          ownerReferences: [{ apiVersion: "v1", kind: "Service", name: ref.name, uid }],
        },
        addressType: slice.addressType ?? "IPv4",
        endpoints: slice.endpoints ?? [],
        ports: paired,
      },
    ];
  });
}

/** Whether one is as it is wanted. */
export function isSameSlice(live: KubernetesObject, wanted: EndpointSlice): boolean {
  const part = (of: KubernetesObject): string => canonicalJson({ endpoints: of["endpoints"], ports: of["ports"] });
  return part(live) === part(wanted);
}
