import { autoscalerKind } from "./autoscaler-kind.ts";
import {
  configMapKind,
  endpointSliceKind,
  eventKind,
  leaseKind,
  namespaceKind,
  nodeKind,
  secretKind,
  serviceAccountKind,
} from "./core-kinds.ts";
import { cronJobKind } from "./cron-job-kind.ts";
import { ingressKind } from "./ingress-kind.ts";
import type { Kind } from "./kind.ts";
import { networkPolicyKind } from "./network-policy-kind.ts";
import { podKind } from "./pod-kind.ts";
import { limitRangeKind, podDisruptionBudgetKind, resourceQuotaKind } from "./policy-kinds.ts";
import { clusterRoleBindingKind, clusterRoleKind, roleBindingKind, roleKind } from "./rbac-kinds.ts";
import { serviceKind } from "./service-kind.ts";
import { deploymentKind, jobKind, replicaSetKind } from "./workload-kinds.ts";

/** All kinds that the minicluster serves. */
export const kinds: readonly Kind[] = [
  configMapKind,
  eventKind,
  limitRangeKind,
  namespaceKind,
  nodeKind,
  podKind,
  resourceQuotaKind,
  secretKind,
  serviceAccountKind,
  serviceKind,
  deploymentKind,
  replicaSetKind,
  autoscalerKind,
  cronJobKind,
  jobKind,
  leaseKind,
  endpointSliceKind,
  ingressKind,
  networkPolicyKind,
  podDisruptionBudgetKind,
  clusterRoleBindingKind,
  clusterRoleKind,
  roleBindingKind,
  roleKind,
];

const byResource = new Map(kinds.map((kind) => [kind.resource, kind]));

/** The kind that is served under this plural. */
export function kindOf(resource: string): Kind | undefined {
  return byResource.get(resource);
}
