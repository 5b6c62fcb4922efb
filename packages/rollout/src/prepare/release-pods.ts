import {
  describeRef,
  isCronJob,
  isDeployment,
  isJob,
  type KubernetesObject,
  type Pod,
  type PodTemplateSpec,
  refOf,
} from "@fairway/objects";
import { startingReplicas } from "../cluster/replicas.ts";

/** What one workload of a release makes. */
export interface WorkloadPods {
  /** `Deployment/user-a` */
  readonly workload: string;
  /** One of its pods, as its controller would make it. */
  readonly pod: Pod;
  /** How many stand all the time; 0 for what runs by time or once. */
  readonly replicas: number;
}

/** The controllers that make pods of workloads, by the workload's kind. */
const makers: Readonly<Record<string, readonly [apiVersion: string, kind: string]>> = {
  Deployment: ["apps/v1", "ReplicaSet"],
  Job: ["batch/v1", "Job"],
  CronJob: ["batch/v1", "Job"],
};
/** Of an owner that is not there yet. */
const noUid = "00000000-0000-0000-0000-000000000000";

/**
 * The pods of a release, one for each workload.
 *
 * @param known how a workload would be stored, where the cluster said so: an autoscaler keeps the number that there is
 */
export function releasePods(
  desired: readonly KubernetesObject[],
  known: (object: KubernetesObject) => KubernetesObject | undefined = () => undefined,
): readonly WorkloadPods[] {
  return desired.flatMap((object): readonly WorkloadPods[] => {
    const template = templateOf(object);
    if (template === undefined) return [];
    const workload = describeRef(refOf(object));
    return [{ workload, pod: podOf(object, template), replicas: replicasOf(object, known(object), desired) }];
  });
}

function templateOf(object: KubernetesObject): PodTemplateSpec | undefined {
  if (isDeployment(object) || isJob(object)) return object.spec?.template;
  return isCronJob(object) ? object.spec?.jobTemplate.spec?.template : undefined;
}

/** Policies look at who owns a pod, too: many allow none without an owner. */
function podOf({ kind, metadata: { name, namespace } }: KubernetesObject, { metadata, spec }: PodTemplateSpec): Pod {
  const [apiVersion, maker] = makers[kind] ?? ["apps/v1", "ReplicaSet"];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      ...(metadata?.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ...(namespace === undefined ? {} : { namespace }),
      name: `${name}-dry-run`,
      ownerReferences: [{ apiVersion, kind: maker, name: `${name}-dry-run`, uid: noUid, controller: true }],
    },
    ...(spec === undefined ? {} : { spec }),
  };
}

function replicasOf(
  object: KubernetesObject,
  known: KubernetesObject | undefined,
  desired: readonly KubernetesObject[],
): number {
  if (!isDeployment(object)) return 0;
  const stored = known !== undefined && isDeployment(known) ? known.spec?.replicas : undefined;
  return object.spec?.replicas ?? stored ?? startingReplicas(object, desired) ?? 1;
}
