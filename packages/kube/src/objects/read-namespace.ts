import type { KindInfo, KubernetesObject } from "@fairway/objects";
import { ClusterError } from "@fairway/rollout";
import { createApiClient } from "../http/api-client.ts";
import { socketTransport } from "../http/socket-transport.ts";
import { openCredentials } from "../kubeconfig/credentials.ts";
import type { KubeconfigSource } from "../kubeconfig/load-kubeconfig.ts";
import { systemTime } from "../system-time.ts";
import { listObjects } from "./list-objects.ts";

/** Kinds that services are made of; those that an API does not have are no error. */
const kinds: readonly (readonly [apiVersion: string, ...kinds: (readonly [kind: string, resource: string])[]])[] = [
  [
    "v1",
    ["Service", "services"],
    ["ConfigMap", "configmaps"],
    ["Secret", "secrets"],
    ["ServiceAccount", "serviceaccounts"],
    ["PersistentVolumeClaim", "persistentvolumeclaims"],
    ["ReplicationController", "replicationcontrollers"],
    ["Pod", "pods"],
  ],
  [
    "apps/v1",
    ["Deployment", "deployments"],
    ["StatefulSet", "statefulsets"],
    ["DaemonSet", "daemonsets"],
    ["ReplicaSet", "replicasets"],
  ],
  ["batch/v1", ["CronJob", "cronjobs"], ["Job", "jobs"]],
  ["autoscaling/v2", ["HorizontalPodAutoscaler", "horizontalpodautoscalers"]],
  ["policy/v1", ["PodDisruptionBudget", "poddisruptionbudgets"]],
  ["networking.k8s.io/v1", ["Ingress", "ingresses"], ["NetworkPolicy", "networkpolicies"]],
  ["rbac.authorization.k8s.io/v1", ["Role", "roles"], ["RoleBinding", "rolebindings"]],
  ["gateway.networking.k8s.io/v1", ["HTTPRoute", "httproutes"]],
  ["argoproj.io/v1alpha1", ["Rollout", "rollouts"]],
  ["monitoring.coreos.com/v1", ["ServiceMonitor", "servicemonitors"], ["PodMonitor", "podmonitors"]],
];

export interface NamespaceObjects {
  readonly objects: readonly KubernetesObject[];
  /** Kinds that these credentials may not read. */
  readonly forbidden: readonly string[];
}

/**
 * What lies in one namespace, read once with whoever's credentials the kubeconfig has, and nothing written. Of Secrets only the names
 * of their keys are kept. Throws `KubeconfigError`, and `ClusterError` when the API cannot be reached or lets nobody in.
 */
export async function readNamespace(
  source: KubeconfigSource,
  namespace: string,
  signal?: AbortSignal,
): Promise<NamespaceObjects> {
  const credentials = await openCredentials(source);
  const client = createApiClient(socketTransport(credentials), {
    cluster: credentials.server.host,
    host: credentials.server.host,
    time: systemTime,
    deadline: 30_000,
    firstWait: 200,
  });
  try {
    const wanted = kinds.flatMap(([apiVersion, ...all]) =>
      all.map(([kind, resource]): KindInfo => ({ apiVersion, kind, resource, namespaced: true, applyOrder: 0 })),
    );
    const read = await Promise.all(
      wanted.map(async (kind) => {
        try {
          return { kind: kind.kind, objects: await listObjects(client, { kind, namespace }, signal) };
        } catch (error) {
          if (!(error instanceof ClusterError)) throw error;
          if (error.code === "not-found") return { kind: kind.kind, objects: [] };
          if (error.code === "forbidden" || error.code === "denied") return { kind: kind.kind, objects: undefined };
          throw error;
        }
      }),
    );
    return {
      objects: read.flatMap(({ objects }) => objects ?? []).map(withoutValues),
      forbidden: read.flatMap(({ kind, objects }) => (objects === undefined ? [kind] : [])),
    };
  } finally {
    credentials.close();
  }
}

/** A Secret's keys; its values also stand in the annotation that kubectl keeps of what was applied. */
function withoutValues(object: KubernetesObject): KubernetesObject {
  if (object.kind !== "Secret") return object;
  const { name, namespace, labels } = object.metadata;
  const data = typeof object["data"] === "object" && object["data"] !== null ? Object.keys(object["data"]) : [];
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
    },
    type: object["type"],
    data: Object.fromEntries(data.map((key) => [key, ""])),
  };
}
