import { isDeployment, isHorizontalPodAutoscaler, type KubernetesObject } from "@fairway/objects";
import type { Clock } from "../ports.ts";
import { mergeUpdate } from "./field-ownership.ts";
import type { MemoryObjects } from "./memory-objects.ts";

const delay = 20;
/** As in Kubernetes. */
const manager = "kube-controller-manager";

/** The autoscalers of a memory cluster: they keep Deployments within their bounds, and know no metrics. */
export function memoryAutoscaler(objects: MemoryObjects, clock: Clock): void {
  const bound = (deployment: KubernetesObject): void => {
    const scaler = objects
      .all()
      .filter(isHorizontalPodAutoscaler)
      .filter(({ metadata }) => metadata.namespace === deployment.metadata.namespace)
      .find(({ spec }) => spec?.scaleTargetRef.name === deployment.metadata.name);
    if (scaler?.spec === undefined || !isDeployment(deployment) || deployment.spec === undefined) return;
    const now = deployment.spec.replicas ?? 1;
    const wanted = Math.min(scaler.spec.maxReplicas, Math.max(scaler.spec.minReplicas ?? 1, now));
    if (now === 0 || now === wanted) return;
    const next = { ...deployment, spec: { ...deployment.spec, replicas: wanted } };
    objects.put(mergeUpdate(deployment, next, manager));
  };
  objects.subscribe((changed, gone) => {
    if (gone || !(isDeployment(changed) || isHorizontalPodAutoscaler(changed))) return;
    const look = (): void => {
      for (const one of objects.all()) if (one.metadata.namespace === changed.metadata.namespace) bound(one);
    };
    clock.sleep(delay).then(look, () => undefined);
  });
}
