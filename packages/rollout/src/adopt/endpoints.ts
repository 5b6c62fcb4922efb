import { serviceLabel } from "@fairway/manifests";
import { type EndpointSlice, isEndpointSlice, isPod } from "@fairway/objects";
import type { Cluster } from "../ports.ts";

/** On EndpointSlices: the Service that they are of. (Kubernetes documentation, "EndpointSlices") */
export const sliceOfLabel = "kubernetes.io/service-name";

/** The slices of a Service, whoever writes them. */
export async function slicesOf(
  cluster: Cluster,
  of: { readonly namespace: string; readonly service: string },
  signal: AbortSignal,
): Promise<readonly EndpointSlice[]> {
  const kind = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" };
  const labels = { [sliceOfLabel]: of.service };
  return (await cluster.list({ ...kind, namespace: of.namespace, labels }, signal)).filter(isEndpointSlice);
}

/** Names of the pods, or addresses, that take requests. */
export function takingIn(slices: readonly EndpointSlice[]): readonly string[] {
  return slices
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready ?? true)
    .map(({ targetRef, addresses }) => targetRef?.name ?? addresses[0] ?? "");
}

/** Names of the pods of a service of ours. */
export async function podsOf(
  cluster: Cluster,
  of: { readonly namespace: string; readonly service: string },
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const labels = { [serviceLabel]: of.service };
  const pods = await cluster.list({ apiVersion: "v1", kind: "Pod", namespace: of.namespace, labels }, signal);
  return new Set(pods.filter(isPod).map(({ metadata }) => metadata.name));
}
