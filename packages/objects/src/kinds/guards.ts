import type { KubernetesObject } from "../object.ts";
import type { Role, RoleBinding } from "./access.ts";
import type { HorizontalPodAutoscaler } from "./autoscaler.ts";
import type { EndpointSlice, Service } from "./network.ts";
import type {
  ConfigMap,
  Event,
  Lease,
  Namespace,
  Node,
  PersistentVolumeClaim,
  Secret,
  ServiceAccount,
} from "./platform.ts";
import type { Pod } from "./pod.ts";
import type { LimitRange, NetworkPolicy, PodDisruptionBudget, ResourceQuota } from "./policy.ts";
import type { HTTPRoute, Ingress } from "./routes.ts";
import type { CronJob, Deployment, Job, ReplicaSet, StatefulSet } from "./workloads.ts";

/**
 * A guard by apiVersion and kind. It does not look below: objects come from an API server, which has validated them,
 * or from a renderer of ours.
 */
function guard<T extends KubernetesObject>(apiVersion: T["apiVersion"], kind: T["kind"]) {
  return (object: KubernetesObject): object is T => object.kind === kind && object.apiVersion === apiVersion;
}

export const isNamespace = guard<Namespace>("v1", "Namespace");
export const isServiceAccount = guard<ServiceAccount>("v1", "ServiceAccount");
export const isConfigMap = guard<ConfigMap>("v1", "ConfigMap");
export const isSecret = guard<Secret>("v1", "Secret");
export const isService = guard<Service>("v1", "Service");
export const isPod = guard<Pod>("v1", "Pod");
export const isPersistentVolumeClaim = guard<PersistentVolumeClaim>("v1", "PersistentVolumeClaim");
export const isEvent = guard<Event>("v1", "Event");
export const isNode = guard<Node>("v1", "Node");
export const isDeployment = guard<Deployment>("apps/v1", "Deployment");
export const isReplicaSet = guard<ReplicaSet>("apps/v1", "ReplicaSet");
export const isStatefulSet = guard<StatefulSet>("apps/v1", "StatefulSet");
export const isJob = guard<Job>("batch/v1", "Job");
export const isEndpointSlice = guard<EndpointSlice>("discovery.k8s.io/v1", "EndpointSlice");
export const isLease = guard<Lease>("coordination.k8s.io/v1", "Lease");
export const isCronJob = guard<CronJob>("batch/v1", "CronJob");
export const isHorizontalPodAutoscaler = guard<HorizontalPodAutoscaler>("autoscaling/v2", "HorizontalPodAutoscaler");
export const isIngress = guard<Ingress>("networking.k8s.io/v1", "Ingress");
export const isHttpRoute = guard<HTTPRoute>("gateway.networking.k8s.io/v1", "HTTPRoute");
export const isNetworkPolicy = guard<NetworkPolicy>("networking.k8s.io/v1", "NetworkPolicy");
export const isPodDisruptionBudget = guard<PodDisruptionBudget>("policy/v1", "PodDisruptionBudget");
export const isResourceQuota = guard<ResourceQuota>("v1", "ResourceQuota");
export const isLimitRange = guard<LimitRange>("v1", "LimitRange");
export const isRole = guard<Role>("rbac.authorization.k8s.io/v1", "Role");
export const isRoleBinding = guard<RoleBinding>("rbac.authorization.k8s.io/v1", "RoleBinding");
