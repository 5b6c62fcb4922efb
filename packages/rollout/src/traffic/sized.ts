import { slotLabel } from "@fairway/manifests";
import { type Deployment, isDeployment, isHorizontalPodAutoscaler, type KubernetesObject } from "@fairway/objects";
import { startingReplicas } from "../cluster/replicas.ts";
import type { RouterName, SideBySide } from "./router.ts";
import { routers } from "./routers.ts";

/**
 * The new release's objects with as many replicas as the share wants, where the share is one of replicas; several workloads
 * have parts of it by their own sizes. Autoscalers, which would change it, wait for the last step.
 *
 * @param running how many replicas the former release has now, where it has autoscalers
 */
export function sized(
  objects: readonly KubernetesObject[],
  sides: SideBySide & { readonly router: RouterName },
  weight: number,
  running = 0,
): readonly KubernetesObject[] {
  const { replicas } = routers[sides.router];
  if (replicas === undefined || weight === 0 || weight === 100) return objects;
  const desired = sum(objects);
  const isAutoscaled = objects.some(isHorizontalPodAutoscaler);
  const most = isAutoscaled ? Math.max(desired, running) : desired;
  const wanted = replicas({ former: Math.max(sum(sides.former), running), desired: most }, weight);
  let passed = 0;
  /** By what all workloads so far should have, so that rounding adds up. */
  const part = (workload: Deployment): number => {
    const before = Math.round((passed * wanted) / Math.max(1, desired));
    passed += smallest(workload, objects);
    return Math.round((passed * wanted) / Math.max(1, desired)) - before;
  };
  return objects
    .filter((object) => !isHorizontalPodAutoscaler(object))
    .map((object) =>
      isInSlot(object) && object.spec !== undefined
        ? { ...object, spec: { ...object.spec, replicas: part(object) } }
        : object,
    );
}

/** Whether a workload is one of the service's slots; what a team brings itself is in none, and takes no part in shares. */
export function isInSlot(object: KubernetesObject): object is Deployment {
  return isDeployment(object) && object.metadata.labels?.[slotLabel] !== undefined;
}

function sum(objects: readonly KubernetesObject[]): number {
  return objects.filter(isInSlot).reduce((all, one) => all + smallest(one, objects), 0);
}

/** What a workload has at least: its own number, or its autoscaler's. */
function smallest(workload: Deployment, among: readonly KubernetesObject[]): number {
  return workload.spec?.replicas ?? startingReplicas(workload, among) ?? 1;
}
