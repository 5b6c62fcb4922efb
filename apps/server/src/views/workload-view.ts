import { releaseLabel, serviceLabel, slotLabel } from "@fairway/manifests";
import {
  type Deployment,
  isDeployment,
  isPod,
  isService,
  type KubernetesObject,
  type Pod,
  takesRequests,
} from "@fairway/objects";

/** What runs of one service in one namespace. */
interface WorkloadView {
  readonly release: string | undefined;
  readonly slot: string | undefined;
  readonly desired: number;
  readonly ready: number;
  /** Of both slots. */
  readonly pods: readonly Pod[];
}

/** Reads the slot that traffic goes to. */
export function workloadView(service: string, objects: readonly KubernetesObject[]): WorkloadView {
  const own = objects.filter(({ metadata }) => metadata.labels?.[serviceLabel] === service);
  const pods = own.filter(isPod);
  const deployments = activeDeployments(service, own);
  const [deployment] = deployments;
  if (deployment === undefined) return { release: undefined, slot: undefined, desired: 0, ready: 0, pods };
  const slot = deployment.metadata.labels?.[slotLabel];
  const desired = deployments.reduce((sum, { spec }) => sum + (spec?.replicas ?? 1), 0);
  const ready = pods.filter((pod) => pod.metadata.labels?.[slotLabel] === slot && takesRequests(pod)).length;
  return {
    release: deployment.spec?.template.metadata?.labels?.[releaseLabel] ?? deployment.metadata.labels?.[releaseLabel],
    slot,
    desired,
    ready: Math.min(ready, desired),
    pods,
  };
}

/** Those of the slot that traffic goes to, over which replicas may be spread; the newest first. */
function activeDeployments(service: string, own: readonly KubernetesObject[]): readonly Deployment[] {
  const deployments = own
    .filter(isDeployment)
    .toSorted((a, b) => ((a.metadata.creationTimestamp ?? "") > (b.metadata.creationTimestamp ?? "") ? -1 : 1));
  const selected = own.filter(isService).find(({ metadata }) => metadata.name === service)?.spec?.selector?.[slotLabel];
  const inSlot = deployments.filter(({ metadata }) => metadata.labels?.[slotLabel] === selected);
  return inSlot.length > 0 ? inSlot : deployments.slice(0, 1);
}
