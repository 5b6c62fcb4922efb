import { isDeployment, isHorizontalPodAutoscaler, type KubernetesObject } from "@fairway/objects";
import type { RouterName, SideBySide } from "./router.ts";
import { routers } from "./routers.ts";

/**
 * The new release's objects with as many replicas as the share wants, where the share is one of replicas. Autoscalers, which
 * would change it, wait for the last step.
 */
export function sized(
  objects: readonly KubernetesObject[],
  sides: SideBySide & { readonly router: RouterName },
  weight: number,
): readonly KubernetesObject[] {
  const { replicas } = routers[sides.router];
  if (replicas === undefined || weight === 0 || weight === 100) return objects;
  return objects
    .filter((object) => !isHorizontalPodAutoscaler(object))
    .map((object) => {
      if (!isDeployment(object) || object.spec === undefined) return object;
      const desired = smallest(object, objects);
      const former = sides.former.filter(isDeployment).reduce((sum, one) => sum + smallest(one, sides.former), 0);
      const wanted = replicas({ former, desired }, weight);
      return wanted === undefined ? object : { ...object, spec: { ...object.spec, replicas: wanted } };
    });
}

/** What a workload has at least: its own number, or its autoscaler's. */
function smallest(object: KubernetesObject, among: readonly KubernetesObject[]): number {
  if (!isDeployment(object)) return 0;
  if (object.spec?.replicas !== undefined) return object.spec.replicas;
  const scaler = among
    .filter(isHorizontalPodAutoscaler)
    .find(({ spec }) => spec?.scaleTargetRef.name === object.metadata.name);
  return scaler?.spec?.minReplicas ?? 1;
}
