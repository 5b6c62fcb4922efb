import type { Node, Pod, Toleration } from "@fairway/objects";
import type { ClusterNodes } from "../ports.ts";
import type { PrepareFinding } from "../state/rollout-event.ts";
import { amountText } from "./limit-room.ts";
import { type Amounts, added, amountsOf, podAmounts } from "./pod-size.ts";
import type { WorkloadPods } from "./release-pods.ts";

/** Taints that come and go with a node's condition, and with its start. */
const passing = /^node\.(kubernetes\.io|cloudprovider\.kubernetes\.io)\//;

/**
 * Pods for which there is no node. It refuses only where that is certain: no node could ever take one pod, because
 * each is too small even when it is empty, lacks a label that the pod wants, or has a taint that the pod does not bear. Where the nodes
 * are merely full now it is a warning: others may go. Nothing is said where nodes are added when pods need them, nor of a
 * cluster without nodes. Pure.
 *
 * @param pods the release's, with the defaults of the namespace
 * @param isOwn the service's replicas, which make room for the new ones
 * @param beside how many pods of the service stand beside the release's own while those come
 */
export function nodeFindings(
  cluster: string,
  pods: readonly WorkloadPods[],
  { nodes, pods: present, grows }: ClusterNodes,
  isOwn: (pod: Pod) => boolean,
  beside: number,
): readonly PrepareFinding[] {
  if (grows || nodes.length === 0) return [];
  const standing = pods.filter(({ replicas }) => replicas > 0);
  const never = standing.flatMap(({ workload, pod }) => neverFits(cluster, workload, pod, nodes));
  if (never.length > 0 || present === undefined) return never;
  return standing.length === 0
    ? []
    : full(
        cluster,
        standing,
        nodes,
        present.filter((pod) => !isOwn(pod)),
        beside,
      );
}

function neverFits(cluster: string, workload: string, pod: Pod, nodes: readonly Node[]): readonly PrepareFinding[] {
  const obstacles = nodes.map((node) => obstacle(pod, node));
  if (obstacles.some((one) => one === undefined)) return [];
  const counts = Map.groupBy(obstacles, (one) => one ?? "");
  const why = [...counts].map(([what, { length }]) => `${length} ${length === 1 ? "node" : "nodes"} ${what}`);
  const message = `no node could ever take a pod of ${workload}, which asks for ${sizeText(podAmounts(pod.spec, "requests"))}: ${why.join("; ")}`;
  const advice = "choose a smaller [engine] size, or ask the cluster's owner for a node that can take it";
  return [{ cluster, code: "Unschedulable", message, advice }];
}

/** Why this node can never take the pod. */
function obstacle({ spec }: Pod, node: Node): string | undefined {
  const labels = Object.entries(spec?.nodeSelector ?? {});
  const lacking = labels.find(([name, value]) => node.metadata.labels?.[name] !== value);
  if (lacking !== undefined) return `without the label ${lacking.join("=")}`;
  const taint = untolerated(spec?.tolerations, node).find(({ key }) => !passing.test(key));
  if (taint !== undefined) return `with the taint ${taint.key}${taint.value ? `=${taint.value}` : ""}`;
  const has = amountsOf(node.status?.allocatable);
  // A node that has not said yet how large it is.
  if (has["cpu"] === undefined || has["memory"] === undefined) return undefined;
  const wanted = Object.entries(podAmounts(spec, "requests"));
  const short = wanted.find(([name, amount]) => amount > (has[name] ?? 0) * (1 + 1e-9));
  return short === undefined ? undefined : `with ${amountText(short[0], has[short[0]] ?? 0)} of ${short[0]} in all`;
}

function untolerated(
  tolerations: readonly Toleration[] = [],
  { spec }: Node,
): readonly { key: string; value?: string }[] {
  const taints = (spec?.taints ?? []).filter(({ effect }) => effect === "NoSchedule" || effect === "NoExecute");
  return taints.filter(
    (taint) =>
      !tolerations.some(
        ({ key, operator, value, effect }) =>
          (key === undefined || key === taint.key) &&
          (effect === undefined || effect === taint.effect) &&
          (operator === "Exists" || (value ?? "") === (taint.value ?? "")),
      ),
  );
}

interface Free {
  readonly node: Node;
  amounts: Amounts;
}

/** Places the pods one after the other, each where most is free, as if the service's former ones had gone. */
function full(
  cluster: string,
  standing: readonly WorkloadPods[],
  nodes: readonly Node[],
  present: readonly Pod[],
  beside: number,
): readonly PrepareFinding[] {
  // What else decides where a pod may go is not known here.
  if (standing.some(({ pod }) => pod.spec?.affinity?.nodeAffinity !== undefined)) return [];
  const free = nodes.filter(isOpen).map((node): Free => {
    const there = present.filter(({ spec }) => spec?.nodeName === node.metadata.name);
    const used = there.reduce((sum: Amounts, pod) => added(sum, demand(pod)), {});
    return { node, amounts: less(amountsOf(node.status?.allocatable), used) };
  });
  const bySize = standing.toSorted((a, b) => (demand(b.pod)["memory"] ?? 0) - (demand(a.pod)["memory"] ?? 0));
  const wanted = bySize.flatMap(({ pod, replicas }, at) => Array<Pod>(replicas + (at === 0 ? beside : 0)).fill(pod));
  const left = wanted.filter((pod) => !place(pod, free)).length;
  if (left === 0) return [];
  const message = `${left} of ${wanted.length} pods find no room on the nodes now; the rollout waits for room, and fails if none comes`;
  const advice = "take fewer replicas or a smaller [engine] size, or ask the cluster's owner for nodes";
  return [{ cluster, severity: "warning", code: "Unschedulable", message, advice }];
}

function isOpen({ spec, status }: Node): boolean {
  const ready = status?.conditions?.find(({ type }) => type === "Ready")?.status ?? "True";
  return spec?.unschedulable !== true && ready === "True" && status?.allocatable !== undefined;
}

function place(pod: Pod, free: Free[]): boolean {
  const wanted = demand(pod);
  const candidates = free.filter(
    ({ node, amounts }) =>
      obstacle(pod, node) === undefined &&
      untolerated(pod.spec?.tolerations, node).length === 0 &&
      Object.entries(wanted).every(([name, amount]) => amount === 0 || amount <= (amounts[name] ?? 0) + 1e-9),
  );
  const [best] = candidates.toSorted((a, b) => (b.amounts["memory"] ?? 0) - (a.amounts["memory"] ?? 0));
  if (best === undefined) return false;
  best.amounts = less(best.amounts, wanted);
  return true;
}

/** With the place that it takes among the pods of a node. */
function demand({ spec }: Pod): Amounts {
  return { ...podAmounts(spec, "requests"), pods: 1 };
}

function less(a: Amounts, b: Amounts): Amounts {
  return added(a, Object.fromEntries(Object.entries(b).map(([name, amount]) => [name, -amount])));
}

function sizeText(amounts: Amounts): string {
  const parts = Object.entries(amounts).map(([name, amount]) => `${amountText(name, amount)} of ${name}`);
  return parts.length === 0 ? "nothing" : parts.join(" and ");
}
