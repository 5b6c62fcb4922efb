import { formatCpu, formatMemory, type LimitRange, type LimitRangeItem, type Pod } from "@fairway/objects";
import type { PrepareFinding } from "../state/rollout-event.ts";
import { type Amounts, amountsOf, containersOf, podAmounts } from "./pod-size.ts";
import type { WorkloadPods } from "./release-pods.ts";

const advice =
  "choose an [engine] size within these bounds, or ask who made the LimitRange for wider ones: kubectl get limitranges -n NAMESPACE";

/**
 * Pods that a LimitRange of the namespace would not let in, one finding for each workload. Pure.
 *
 * @param pods with the defaults of the ranges
 * @param ranges as they will be when the pods come
 */
export function limitFindings(
  cluster: string,
  pods: readonly WorkloadPods[],
  ranges: readonly LimitRange[],
): readonly PrepareFinding[] {
  return pods.flatMap(({ workload, pod }): readonly PrepareFinding[] => {
    const broken = ranges.flatMap((range) =>
      (range.spec?.limits ?? []).flatMap((item) =>
        brokenBy(pod, item).map((what) => `${what} (LimitRange ${range.metadata.name})`),
      ),
    );
    if (broken.length === 0) return [];
    const message = `a pod of ${workload} would be refused: ${[...new Set(broken)].join("; ")}`;
    return [{ cluster, code: "LimitRangeViolated", message, advice }];
  });
}

/** As the LimitRanger of Kubernetes compares (plugin/pkg/admission/limitranger). */
function brokenBy({ spec }: Pod, item: LimitRangeItem): readonly string[] {
  if (item.type === "Pod") {
    return brokenSizes("all containers together", podAmounts(spec, "requests"), podAmounts(spec, "limits"), item);
  }
  if (item.type !== "Container") return [];
  return containersOf(spec).flatMap(({ name, resources }) =>
    brokenSizes(`container ${name}`, amountsOf(resources?.requests), amountsOf(resources?.limits), item),
  );
}

function brokenSizes(who: string, requests: Amounts, limits: Amounts, item: LimitRangeItem): readonly string[] {
  const least = Object.entries(amountsOf(item.min)).flatMap(([name, bound]) => {
    const [request, limit] = [requests[name], limits[name]];
    if (request !== undefined && request >= bound && (limit === undefined || limit >= bound)) return [];
    const own = request === undefined ? "no request" : `${amountText(name, Math.min(request, limit ?? request))}`;
    return [`${who} has ${own} of ${name}, the least is ${amountText(name, bound)}`];
  });
  const most = Object.entries(amountsOf(item.max)).flatMap(([name, bound]) => {
    const [request = 0, limit] = [requests[name], limits[name]];
    if (limit !== undefined && limit <= bound && request <= bound) return [];
    const own = limit === undefined ? "no limit" : amountText(name, Math.max(limit, request));
    return [`${who} has ${own} of ${name}, the most is ${amountText(name, bound)}`];
  });
  const ratio = Object.entries(amountsOf(item.maxLimitRequestRatio)).flatMap(([name, bound]) => {
    const [request = 0, limit = 0] = [requests[name], limits[name]];
    if (request > 0 && limit > 0 && limit / request <= bound) return [];
    return [`${who} has a limit of ${name} more than ${bound} times its request`];
  });
  return [...least, ...most, ...ratio];
}

/** `250m` of cpu, `512Mi` of memory, a plain number of anything else. */
export function amountText(resource: string, amount: number): string {
  if (resource === "cpu") return formatCpu(amount);
  return resource === "memory" || resource === "ephemeral-storage" ? formatMemory(amount) : String(amount);
}
