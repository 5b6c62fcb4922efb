import {
  type Deployment,
  formatCpu,
  formatMemory,
  isDeployment,
  isResourceQuota,
  type KubernetesObject,
  parseQuantity,
} from "@fairway/objects";
import type { PrepareFinding } from "../state/rollout-event.ts";
import { startingReplicas } from "./replicas.ts";

/** What quotas of a release count, in the words of people. */
const counted = [
  { hard: "pods", what: "pods", of: () => 1, text: String },
  { hard: "requests.cpu", what: "of cpu", of: (pod: Deployment) => requestOf(pod, "cpu"), text: formatCpu },
  { hard: "requests.memory", what: "of memory", of: (pod: Deployment) => requestOf(pod, "memory"), text: formatMemory },
] as const;

/**
 * Quotas of a release that have no room for its own pods, with the one more that stands beside them while they are replaced. What
 * else is in the namespace, crons for instance, is not counted. Pure.
 */
export function quotaFindings(cluster: string, desired: readonly KubernetesObject[]): readonly PrepareFinding[] {
  const workloads = desired
    .filter(isDeployment)
    .map((one) => ({ one, replicas: one.spec?.replicas ?? startingReplicas(one, desired) ?? 1 }))
    .filter(({ replicas }) => replicas > 0);
  return desired.filter(isResourceQuota).flatMap((quota) =>
    counted.flatMap(({ hard, what, of, text }): readonly PrepareFinding[] => {
      const most = parseQuantity(quota.spec?.hard?.[hard] ?? "");
      const pods = workloads.reduce((sum, { one, replicas }) => sum + replicas * of(one), 0);
      const needed = pods + Math.max(0, ...workloads.map(({ one }) => of(one)));
      if (most === undefined || needed <= most) return [];
      const count = workloads.reduce((sum, { replicas }) => sum + replicas, 0);
      const message = `${count} replicas, and one more while they are replaced, need ${text(needed)} ${what}, and the quota of the namespace is ${text(most)}`;
      const advice = "choose a smaller [engine] size or fewer replicas, or ask the platform's owner for a larger quota";
      return [{ cluster, code: "QuotaTooSmall", message, advice }];
    }),
  );
}

/** Of one pod; cores or bytes. */
function requestOf({ spec }: Deployment, resource: "cpu" | "memory"): number {
  return (spec?.template.spec?.containers ?? []).reduce(
    (sum, { resources }) => sum + (parseQuantity(resources?.requests?.[resource] ?? "") ?? 0),
    0,
  );
}
