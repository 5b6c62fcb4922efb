import {
  type Deployment,
  isConfigMap,
  isHorizontalPodAutoscaler,
  isHttpRoute,
  isIngress,
  isNetworkPolicy,
  isPod,
  isPodDisruptionBudget,
  isServiceAccount,
  type KubernetesObject,
  type Pod,
} from "@fairway/objects";
import type { AdoptionPlan } from "./adoption-plan.ts";
import { isFairways } from "./fairways.ts";
import { leadsOnlyTo } from "./routes-to.ts";
import { selects, usesOf } from "./uses.ts";

/**
 * What is of the old service alone, beside its Service and its Deployment.
 *
 * @param pods those of the service
 * @param others specifications of pods that are neither its nor ours
 */
export function partsOf(
  { objects, from }: { readonly objects: readonly KubernetesObject[]; readonly from: AdoptionPlan["from"] },
  owner: Deployment,
  pods: readonly Pod[],
  others: readonly NonNullable<Pod["spec"]>[],
): readonly KubernetesObject[] {
  const template = owner.spec?.template;
  const uses = usesOf(template?.spec);
  const otherUses = others.map((one) => usesOf(one));
  const selectsOnlyIts = (selector: Parameters<typeof selects>[0]): boolean =>
    selects(selector, template?.metadata?.labels) &&
    !objects
      .filter(isPod)
      .some((pod) => !pods.includes(pod) && !isFairways(pod) && selects(selector, pod.metadata.labels));
  const isPart = (object: KubernetesObject): boolean => {
    const { name } = object.metadata;
    if (isHorizontalPodAutoscaler(object)) {
      const target = object.spec?.scaleTargetRef;
      return target?.kind === "Deployment" && target.name === owner.metadata.name;
    }
    if (isPodDisruptionBudget(object)) return selectsOnlyIts(object.spec?.selector);
    if (isNetworkPolicy(object)) return selectsOnlyIts(object.spec?.podSelector);
    if (isIngress(object) || isHttpRoute(object)) return leadsOnlyTo(object, from.service);
    if (isServiceAccount(object))
      return name !== "default" && uses.account === name && !otherUses.some(({ account }) => account === name);
    if (isConfigMap(object))
      return uses.configMaps.has(name) && !otherUses.some(({ configMaps }) => configMaps.has(name));
    return false;
  };
  return objects.filter((one) => !isFairways(one) && isPart(one));
}
