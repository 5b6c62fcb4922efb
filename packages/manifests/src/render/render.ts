import { type KubernetesObject, sortForApply } from "@fairway/objects";
import type { ClusterFacts, ReleaseInputs, Rendered } from "../release-inputs.ts";
import type { Sha256 } from "../release-name.ts";
import { configMap } from "./config-map.ts";
import { cronJobs } from "./cron-job.ts";
import { deployment } from "./deployment.ts";
import { horizontalPodAutoscaler } from "./horizontal-pod-autoscaler.ts";
import { limitRange } from "./limit-range.ts";
import { namespace } from "./namespace.ts";
import { networkPolicy } from "./network-policy.ts";
import { type Place, placeOf } from "./place.ts";
import { podDisruptionBudget } from "./pod-disruption-budget.ts";
import { httpRoutes, ingress } from "./public-hosts.ts";
import { resourceQuota } from "./resource-quota.ts";
import { roleBinding } from "./role-binding.ts";
import { service } from "./service.ts";
import { serviceAccount } from "./service-account.ts";

/** Every kind of object that a service is made of. */
const renderers: readonly ((place: Place) => readonly KubernetesObject[])[] = [
  namespace,
  networkPolicy,
  resourceQuota,
  limitRange,
  podDisruptionBudget,
  serviceAccount,
  roleBinding,
  configMap,
  service,
  deployment,
  horizontalPodAutoscaler,
  cronJobs,
  ingress,
  httpRoutes,
];

/**
 * The namespace that a service has for itself in every cluster of an environment.
 *
 * @param pattern The profile's, with `{service}` and perhaps `{environment}`.
 */
export function namespaceOf(pattern: string, service: string, environment: string): string {
  return pattern.replaceAll("{service}", service).replaceAll("{environment}", environment);
}

/**
 * All objects of a release, by cluster, in apply order and slot-neutral: `placeInSlot` makes them ready to apply. The same
 * inputs give the same bytes. Throws `AddressError` when a cluster's address template needs the number of a
 * dependency that `inputs.numbers` lacks.
 */
export function render(inputs: ReleaseInputs, sha256: Sha256): Rendered {
  const one = (cluster: ClusterFacts): readonly KubernetesObject[] => {
    const place = placeOf(inputs, cluster, sha256);
    return sortForApply(renderers.flatMap((renderer) => renderer(place)));
  };
  return Object.fromEntries(inputs.clusters.map((cluster) => [cluster.name, one(cluster)]));
}
