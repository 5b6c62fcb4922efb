import { canonicalJson } from "@fairway/manifests";
import { describeRef, type KubernetesObject, keyOf, refKey } from "@fairway/objects";
import { forDeletion } from "../cluster/inventory.ts";
import { isOurs } from "../cluster/ownership.ts";
import type { ChangedObject, FormerObject } from "../plan/adoption/adoption-plan.ts";
import { type ActOutcome, type AdoptionPlace, done, failed, pending } from "./act.ts";

/** Whether an object still says what it said when it was decided on; status and book-keeping do not count. */
export function isBefore(live: KubernetesObject, { former, uid }: ChangedObject): boolean {
  return live.metadata.uid === uid && content(live) === content(former);
}

/** Takes over what ours has by the same name, each by the version that was seen. */
export async function takeNames(place: AdoptionPlace): Promise<ActOutcome> {
  const { cluster, own, ours, signal } = place;
  for (const one of own.take) {
    const wanted = ours.find((object) => keyOf(object) === refKey(one.ref));
    const live = await cluster.get(one.ref, signal);
    if (wanted === undefined || live === undefined || isOurs(live, identityOf(place))) continue;
    if (!isBefore(live, one)) return failed(`${describeRef(one.ref)} was changed since it was looked at`);
    await cluster.apply(wanted, { force: true, ...versionOf(live) }, signal);
  }
  return done;
}

/** Deletes what is the old service's alone, what leads requests first, and waits until it is gone. */
export async function deleteFormer(place: AdoptionPlace): Promise<ActOutcome> {
  const { cluster, own, ours, signal } = place;
  const kept = new Set(ours.map(keyOf));
  // What the release had by this name when it was decided on, and has not any more.
  const untaken = own.take.filter(({ ref }) => !kept.has(refKey(ref)));
  const waiting: string[] = [];
  const entries = forDeletion([...own.remove, ...untaken].map(({ ref, uid }) => ({ ...ref, uid })));
  for (const { uid, ...ref } of entries) {
    const live = await cluster.get(ref, signal);
    // One that was made anew is somebody else's.
    if (live === undefined || live.metadata.uid !== uid || isOurs(live, identityOf(place))) continue;
    if (live.metadata.deletionTimestamp === undefined) await cluster.delete(ref, versionOf(live), signal);
    if ((await cluster.get(ref, signal))?.metadata.uid === uid) waiting.push(describeRef(ref));
  }
  return waiting.length === 0 ? done : pending(`being deleted: ${waiting.join(", ")}`);
}

/** Brings one that ours took over back to what it was; makes it again where it has gone. */
export async function restoreChanged(place: AdoptionPlace, { ref, former, uid }: ChangedObject): Promise<void> {
  const { cluster, signal } = place;
  const live = await cluster.get(ref, signal);
  if (live === undefined) {
    await cluster.create(former, signal);
    return;
  }
  if (live.metadata.uid !== uid || !isOurs(live, identityOf(place))) return;
  const { resourceVersion } = live.metadata;
  await cluster.replace(
    { ...former, metadata: { ...former.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) } },
    signal,
  );
}

/** On an object between the two writes of `outdate`. */
const outdatedAnnotation = "fairway.dev/adoption-undone";

/**
 * Gives an object that is as it was a new version: what another server has decided on before, in a turn that is over, then does not
 * come through. It says the same afterwards; a write that was not followed by the second one is made good by the next.
 */
export async function outdate({ cluster, number, signal }: AdoptionPlace, live: KubernetesObject): Promise<void> {
  const { [outdatedAnnotation]: _, ...annotations } = live.metadata.annotations ?? {};
  const marked = { ...live.metadata, annotations: { ...annotations, [outdatedAnnotation]: String(number) } };
  const { resourceVersion = "" } = (await cluster.replace({ ...live, metadata: marked }, signal)).metadata;
  await cluster.replace({ ...live, metadata: { ...live.metadata, annotations, resourceVersion } }, signal);
}

export function identityOf({ service, environment, plan }: AdoptionPlace) {
  return { service, environment, namespace: plan.namespace };
}

export function versionOf({ metadata }: KubernetesObject): Pick<FormerObject, "uid" | "resourceVersion"> {
  return { uid: metadata.uid ?? "", resourceVersion: metadata.resourceVersion ?? "" };
}

function content(object: KubernetesObject): string {
  const { apiVersion: _, kind: __, metadata, ...rest } = object;
  const { status: ___, ...said } = rest;
  return canonicalJson({ ...said, labels: metadata.labels });
}
