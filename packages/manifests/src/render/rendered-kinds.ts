import type { KubernetesObject } from "@fairway/objects";
import { configMap } from "./config-map.ts";
import { cronJobs } from "./cron-job.ts";
import { deployment } from "./deployment.ts";
import { horizontalPodAutoscaler } from "./horizontal-pod-autoscaler.ts";
import { limitRange } from "./limit-range.ts";
import { namespace } from "./namespace.ts";
import { networkPolicy } from "./network-policy.ts";
import type { Place } from "./place.ts";
import { podDisruptionBudget } from "./pod-disruption-budget.ts";
import { httpRoutes, ingress } from "./public-hosts.ts";
import { resourceQuota } from "./resource-quota.ts";
import { roleBinding } from "./role-binding.ts";
import { service } from "./service.ts";
import { serviceAccount } from "./service-account.ts";

/** One line for each kind of object that a service is made of. */
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

/** What the fields of app.toml and the profile make, before patches and extra objects. */
export function renderedKinds(place: Place): readonly KubernetesObject[] {
  return renderers.flatMap((renderer) => renderer(place));
}
