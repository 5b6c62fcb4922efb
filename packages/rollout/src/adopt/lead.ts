import { describeRef, isService, type KubernetesObject, type Service } from "@fairway/objects";
import { isOurs } from "../cluster/ownership.ts";
import { type ActOutcome, type AdoptionPlace, done, failed, pending } from "./act.ts";
import { bridge, dropBridge, dropSlices, isOfAdoption, writeSlices } from "./bridge.ts";
import { podsOf, slicesOf, takingIn } from "./endpoints.ts";
import { identityOf, isBefore, outdate, restoreChanged, versionOf } from "./former.ts";
import { adoptionLabel, mirrorSlices } from "./mirror-slices.ts";
import { whyNoWayBack } from "./way-back.ts";

/**
 * Leads the requests of the old Service to ours, and keeps them there: it can be called over and over. Done when no endpoint
 * of the old pods takes requests any more, and one of ours does.
 */
export async function lead(place: AdoptionPlace): Promise<ActOutcome> {
  const { cluster, own, plan, signal } = place;
  const live = await cluster.get(own.address.ref, signal);
  const what = describeRef(own.address.ref);
  if (live === undefined || !isService(live) || live.metadata.uid !== own.address.uid)
    return failed(`${what} was deleted, or made anew, since it was looked at`);
  return plan.way === "take" ? takeOver(place, live) : mirror(place, live);
}

/**
 * Leads them back to the old pods. Done when one of them takes requests, and none of ours. Fails, before it writes anything, when
 * there is nothing that could take them.
 */
export async function leadBack(place: AdoptionPlace): Promise<ActOutcome> {
  const { cluster, own, plan, number, service, signal } = place;
  const identity = identityOf(place);
  const what = describeRef(own.address.ref);
  const former = serviceOf(own.address.former);
  const why = await whyNoWayBack(place);
  if (why !== undefined) return failed(why);
  const before = await cluster.get(own.address.ref, signal);
  if (before !== undefined && former !== undefined && isOurs(before, identity) && !(await bridge(place, "old", former)))
    return pending("the addresses of the old pods are not told yet");
  for (const one of [own.address, ...own.take]) await restoreChanged(place, one);
  const live = await cluster.get(own.address.ref, signal);
  if (live === undefined || !isService(live)) return pending(`${what} is gone`);
  if (isLed(live, number)) {
    const { selector } = former?.spec ?? {};
    await cluster.replace({ ...live, spec: { ...live.spec, ...(selector === undefined ? {} : { selector }) } }, signal);
  }
  const taking = await takenIn(place);
  const ours = plan.way === "take" ? await podsOf(cluster, { ...plan, service }, signal) : new Set();
  if (taking.length === 0) return pending("no pod of the old service takes requests yet");
  if (taking.some((name) => ours.has(name))) return pending("pods of ours still take requests");
  for (const { ref, uid } of [own.address, ...own.take]) {
    const now = await cluster.get(ref, signal);
    if (now === undefined || now.metadata.uid !== uid) continue;
    if (isOurs(now, identity) || isLed(now, number)) return pending(`${describeRef(ref)} was led over once more`);
    await outdate(place, now);
  }
  await dropBridge(place);
  return done;
}

async function takeOver(place: AdoptionPlace, live: Service): Promise<ActOutcome> {
  const { cluster, own, plan, service, signal } = place;
  if (!isOurs(live, identityOf(place))) {
    const wanted = place.ours.filter(isService).find(({ metadata }) => metadata.name === service);
    if (wanted === undefined) return failed(`the release has no Service ${service}`);
    if (!isBefore(live, own.address)) return failed(`Service/${service} was changed since it was looked at`);
    if (!(await bridge(place, "ours", wanted))) return pending("no pod of ours is ready");
    await cluster.apply(wanted, { force: true, ...versionOf(live) }, signal);
  }
  const taking = await takenIn(place);
  const ours = await podsOf(cluster, { ...plan, service }, signal);
  if (taking.length === 0) return pending("no pod of ours takes requests yet");
  if (!taking.every((name) => ours.has(name))) return pending("pods of the old service still take requests");
  await dropBridge(place);
  return done;
}

async function mirror(place: AdoptionPlace, live: Service): Promise<ActOutcome> {
  const { cluster, own, plan, number, service, signal } = place;
  const source = await slicesOf(cluster, { namespace: plan.namespace, service }, signal);
  const wanted = mirrorSlices(source, own, number);
  const selector = { [adoptionLabel]: String(number) };
  const isMoved = isLed(live, number);
  // Both serve for a moment: there is none without endpoints.
  if (!isMoved && takingIn(wanted).length === 0) return pending("no pod of ours is ready");
  if (!isMoved && !isBefore(live, own.address))
    return failed(`${describeRef(own.address.ref)} was changed since it was looked at`);
  await dropSlices(place, await writeSlices(place, wanted));
  // Nothing has the label: the controllers themselves take the old pods out, and go on looking after their own lists.
  if (!isMoved) await cluster.replace({ ...live, spec: { ...live.spec, selector } }, signal);
  return (await takenIn(place)).length === 0 ? done : pending("pods of the old service still take requests");
}

/** Whether the old Service leads nowhere by itself, so that slices of this adoption say where. */
function isLed(object: KubernetesObject, number: number): boolean {
  return isService(object) && object.spec?.selector?.[adoptionLabel] === String(number);
}

/** Who takes requests by the old Service's own slices, not by those that were made for the adoption. */
async function takenIn({ cluster, plan, number, signal }: AdoptionPlace): Promise<readonly string[]> {
  return takingIn((await slicesOf(cluster, plan.from, signal)).filter((one) => !isOfAdoption(one, number)));
}

function serviceOf(object: KubernetesObject): Service | undefined {
  return isService(object) ? object : undefined;
}
