import { describeRef, isDeployment, isFinished, isPod, isService, type Pod, takesRequests } from "@fairway/objects";
import { isOurs } from "../cluster/ownership.ts";
import { isFairways } from "../plan/adoption/fairways.ts";
import { type ActOutcome, type AdoptionPlace, done, failed } from "./act.ts";
import { identityOf } from "./former.ts";

const orConfirm = "and undo once more, or confirm";

/** Whether the old pods that requests have gone back to are still there, while other clusters are on their way. */
export async function standBy(place: AdoptionPlace): Promise<ActOutcome> {
  const why = await whyNoWayBack(place);
  return why === undefined ? done : failed(why);
}

/**
 * Why the requests of the old Service cannot go back now, and what can be done, in words: nothing takes them there. What its
 * Deployment is about to lose counts as lost. Undefined: they can.
 */
export async function whyNoWayBack(place: AdoptionPlace): Promise<string | undefined> {
  const { cluster, own, plan, signal } = place;
  const { ref, uid, former } = own.address;
  const what = describeRef(ref);
  const live = await cluster.get(ref, signal);
  const isAnew = live !== undefined && live.metadata.uid !== uid;
  if (isAnew && isOurs(live, identityOf(place)))
    return `${what} was deleted, and made anew by a deploy of ours: there is nothing to give back, so confirm`;
  // One that somebody else has made anew leads where they want.
  const service = isAnew ? live : former;
  const selector = isService(service) ? service.spec?.selector : undefined;
  if (selector === undefined) return undefined;
  const { namespace } = plan.from;
  const pods = (await cluster.list({ apiVersion: "v1", kind: "Pod", namespace, labels: selector }, signal))
    .filter(isPod)
    .filter((pod) => !isFairways(pod) && !isFinished(pod) && pod.metadata.deletionTimestamp === undefined);
  const owner = own.remove.find((one) => one.ref.kind === "Deployment")?.ref;
  const deployment = owner === undefined ? undefined : await cluster.get(owner, signal);
  const isGone = deployment === undefined || deployment.metadata.deletionTimestamp !== undefined;
  const isAtZero = !isGone && isDeployment(deployment) && deployment.spec?.replicas === 0;
  const staying =
    owner !== undefined && (isGone || isAtZero) ? pods.filter((pod) => !isOfDeployment(pod, owner.name)) : pods;
  if (staying.some(takesRequests)) return undefined;
  if (staying.length > 0) return `none of ${staying.length} pods behind ${what} is ready: see to them ${orConfirm}`;
  const nobody = `no pod is behind ${what}`;
  if (owner === undefined) return `${nobody}: see to it ${orConfirm}`;
  if (isGone)
    return `${describeRef(owner)} is gone, and ${nobody}: make that one again, and nothing beside it, ${orConfirm}`;
  if (isAtZero) return `${describeRef(owner)} is scaled to zero, and ${nobody}: scale it up ${orConfirm}`;
  return `${nobody}: see to ${describeRef(owner)} ${orConfirm}`;
}

/** By the name of its ReplicaSet. (Kubernetes documentation, "Deployments", pod-template-hash) */
function isOfDeployment({ metadata }: Pod, name: string): boolean {
  const hash = metadata.labels?.["pod-template-hash"];
  return metadata.ownerReferences?.some((one) => one.controller !== false && one.name === `${name}-${hash}`) ?? false;
}
