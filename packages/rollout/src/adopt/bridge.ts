import type { EndpointSlice, KubernetesObject, ObjectRef, Service } from "@fairway/objects";
import type { AdoptionPlace } from "./act.ts";
import { slicesOf, takingIn } from "./endpoints.ts";
import { versionOf } from "./former.ts";
import { adoptionLabel, isSameSlice, mirrorSlices } from "./mirror-slices.ts";

type Side = "ours" | "old";

/**
 * Proxies find endpoints by the names of a Service's ports. Where those change with its pods, it would have none until its
 * controller has caught up; so slices for what it will be are there before. Another Service of the same selector and ports has
 * its controller make them. Gives whether they have ready endpoints.
 *
 * @param side whose pods it will lead to
 * @param target what the old Service will be
 */
export async function bridge(place: AdoptionPlace, side: Side, target: Service): Promise<boolean> {
  const { cluster, own, number, plan, signal } = place;
  const { ref, uid } = own.address;
  const { selector = {}, ports = [] } = target.spec ?? {};
  const at = scaffoldRef(place, side);
  const scaffold: KubernetesObject = {
    apiVersion: at.apiVersion,
    kind: at.kind,
    metadata: {
      name: at.name,
      namespace: plan.from.namespace,
      labels: { [adoptionLabel]: String(number) },
      ownerReferences: [{ apiVersion: "v1", kind: "Service", name: ref.name, uid }],
    },
    // A port of a node is the old Service's.
    spec: { type: "ClusterIP", selector, ports: ports.map(({ nodePort: _, ...port }) => port) },
  };
  await cluster.apply(scaffold, { force: true }, signal);
  const source = await slicesOf(cluster, { namespace: plan.from.namespace, service: at.name }, signal);
  const pairs = ports.map(({ name = "", port, protocol = "TCP" }) => ({ name, port, protocol, ours: name }));
  const wanted = mirrorSlices(source, { address: own.address, ports: pairs }, number);
  await writeSlices(place, wanted);
  return takingIn(wanted).length > 0;
}

/** Takes it away, when the Service's own slices say the same. */
export async function dropBridge(place: AdoptionPlace): Promise<void> {
  const { cluster, plan, number, signal } = place;
  await dropSlices(
    place,
    (await slicesOf(cluster, plan.from, signal)).filter((one) => isOfAdoption(one, number)),
  );
  for (const side of ["ours", "old"] as const) {
    const ref = scaffoldRef(place, side);
    const scaffold = await cluster.get(ref, signal);
    const { uid } = scaffold?.metadata ?? {};
    if (scaffold !== undefined && isOfAdoption(scaffold, number) && uid !== undefined)
      await cluster.delete(ref, { uid }, signal);
  }
}

/** Writes those of the old Service that are not as they are wanted. Gives the adoption's slices that are not wanted. */
export async function writeSlices(
  { cluster, plan, number, signal }: AdoptionPlace,
  wanted: readonly EndpointSlice[],
): Promise<readonly EndpointSlice[]> {
  const present = (await slicesOf(cluster, plan.from, signal)).filter((one) => isOfAdoption(one, number));
  for (const slice of wanted) {
    const known = present.find(({ metadata }) => metadata.name === slice.metadata.name);
    if (known !== undefined && isSameSlice(known, slice)) continue;
    await cluster.apply(slice, { force: true, ...(known === undefined ? {} : versionOf(known)) }, signal);
  }
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  return present.filter(({ metadata }) => !names.has(metadata.name));
}

export async function dropSlices({ cluster, signal }: AdoptionPlace, slices: readonly EndpointSlice[]): Promise<void> {
  for (const { apiVersion, kind, metadata } of slices) {
    const { name, namespace, uid, resourceVersion } = metadata;
    const ref = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
    await cluster.delete(ref, { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) }, signal);
  }
}

/** Whether an object was made for this adoption, and goes with it. */
export function isOfAdoption({ metadata }: KubernetesObject, number: number): boolean {
  return metadata.labels?.[adoptionLabel] === String(number);
}

function scaffoldRef({ plan: { from } }: AdoptionPlace, side: Side): ObjectRef {
  const name = `fairway-${side}-${from.service}`.slice(0, 63).replace(/-+$/, "");
  return { apiVersion: "v1", kind: "Service", namespace: from.namespace, name };
}
