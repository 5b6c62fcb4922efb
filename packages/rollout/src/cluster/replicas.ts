import {
  type Deployment,
  isDeployment,
  isHorizontalPodAutoscaler,
  type KubernetesObject,
  keyOf,
  type ManagedFieldsEntry,
} from "@fairway/objects";
import { type Cluster, ClusterError } from "../ports.ts";
import type { InventoryIdentity } from "./inventory.ts";
import { isOurs } from "./ownership.ts";

/**
 * With an autoscaler a release says no number of replicas, and the API resets a field that nobody owns any more to its
 * default, 1. So before we let go of it a second manager of ours takes it over as it is; the autoscaler's first write takes it
 * from there. (Kubernetes documentation, "Server-Side Apply", section "Transferring ownership")
 */
export const replicasManager = "fairway-replicas";
const ownManager = "fairway";
/** Writes `replicas` of Deployments for HorizontalPodAutoscalers, in every cluster. */
const autoscalerManager = "kube-controller-manager";
const autoscaler = { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler" };

/**
 * The number with which a workload begins that says none itself: the smallest of the autoscaler that it has among these objects.
 *
 * @param load how many its load asks for; at most the autoscaler's largest is given
 */
export function startingReplicas(
  object: KubernetesObject,
  among: readonly KubernetesObject[],
  load = 0,
): number | undefined {
  if (!isDeployment(object) || object.spec?.replicas !== undefined) return undefined;
  const own = among.filter(isHorizontalPodAutoscaler).find((one) => scales(one, object));
  if (own === undefined) return undefined;
  return Math.max(own.spec?.minReplicas ?? 1, Math.min(load, own.spec?.maxReplicas ?? load));
}

/** Whether this is an autoscaler of that workload. */
export function scales(scaler: KubernetesObject, workload: KubernetesObject): boolean {
  if (!isHorizontalPodAutoscaler(scaler)) return false;
  const { kind, name } = scaler.spec?.scaleTargetRef ?? {};
  return kind === workload.kind && name === workload.metadata.name;
}

/** The number that would be lost with our word for it: nobody else owns it. Undefined when nothing would. */
export function replicasAtStake(object: KubernetesObject, live: KubernetesObject): number | undefined {
  if (!isDeployment(object) || object.spec?.replicas !== undefined || !isDeployment(live)) return undefined;
  const owners = (live.metadata.managedFields ?? []).filter(ownsReplicas);
  const alone = owners.every(({ manager, operation }) => manager === ownManager && operation === "Apply");
  return owners.length > 0 && alone ? live.spec?.replicas : undefined;
}

/** The workload with this number of replicas. */
export function withReplicas(object: KubernetesObject, replicas: number): KubernetesObject {
  return isDeployment(object) && object.spec !== undefined
    ? ({ ...object, spec: { ...object.spec, replicas } } satisfies Deployment)
    : object;
}

/** What the second manager applies. */
export function replicasOnly({ apiVersion, kind, metadata }: KubernetesObject, replicas: number): KubernetesObject {
  const { name, namespace } = metadata;
  return { apiVersion, kind, metadata: namespace === undefined ? { name } : { name, namespace }, spec: { replicas } };
}

/** No fewer than there are. */
export function notFewer(object: KubernetesObject, live: KubernetesObject | undefined): KubernetesObject {
  if (!isDeployment(object) || live === undefined || !isDeployment(live)) return object;
  const { replicas = 0 } = object.spec ?? {};
  const now = live.spec?.replicas ?? 0;
  return replicas > 0 && now > replicas ? withReplicas(object, now) : object;
}

/**
 * Whether a conflict is only about the number of replicas, and its owner is no one any more: our own second manager, or an
 * autoscaler's controller where no autoscaler has the workload, ones of ours that the release has not, excepted.
 *
 * @param keep keys of what the release has
 */
export async function mayTakeReplicas(
  cluster: Cluster,
  object: KubernetesObject,
  error: unknown,
  of: { readonly identity: InventoryIdentity; readonly keep: ReadonlySet<string> },
  signal: AbortSignal,
): Promise<boolean> {
  if (!(error instanceof ClusterError) || error.code !== "field-conflict" || !isDeployment(object)) return false;
  const known = [replicasManager, autoscalerManager];
  if (!error.fields.every(({ field, manager = "" }) => field === ".spec.replicas" && known.includes(manager))) {
    return false;
  }
  const { namespace } = object.metadata;
  const scalers = await cluster.list({ ...autoscaler, ...(namespace === undefined ? {} : { namespace }) }, signal);
  const staying = scalers.filter((one) => !isOurs(one, of.identity) || of.keep.has(keyOf(one)));
  return !staying.some((one) => scales(one, object));
}

function ownsReplicas({ fieldsV1 }: ManagedFieldsEntry): boolean {
  return has(has(fieldsV1, "f:spec"), "f:replicas") !== undefined;
}

function has(fields: unknown, name: string): unknown {
  if (typeof fields !== "object" || fields === null) return undefined;
  return Object.entries(fields).find(([key]) => key === name)?.[1];
}
