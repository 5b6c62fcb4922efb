import { type Node, type Pod, parseQuantity } from "@fairway/objects";

type Taint = NonNullable<NonNullable<Node["spec"]>["taints"]>[number];

/** What pods ask of a node: cores and bytes. */
export interface Demand {
  readonly cpu: number;
  readonly memory: number;
}

export interface Capacity extends Demand {
  readonly pods: number;
}

export interface NodeLoad {
  readonly node: Node;
  readonly capacity: Capacity;
  /** What the pods hold that are there, and how many they are. */
  readonly used: Demand;
  readonly pods: number;
}

export type Placement =
  | { readonly fits: true; readonly node: string }
  /** As kube-scheduler words it: `0/1 nodes are available: 1 Insufficient memory.` */
  | { readonly fits: false; readonly message: string };

/** Chooses the node with the most free memory of those on which the pod fits by its requests. */
export function placePod(pod: Pod, nodes: readonly NodeLoad[]): Placement {
  const reasons = new Map<string, number>();
  let best: { readonly node: string; readonly free: number } | undefined;
  const wanted = demandOf(pod);
  for (const load of nodes) {
    const obstacles = obstaclesOn(pod, wanted, load);
    for (const obstacle of obstacles) reasons.set(obstacle, (reasons.get(obstacle) ?? 0) + 1);
    const free = load.capacity.memory - load.used.memory;
    if (obstacles.length === 0 && (best === undefined || free > best.free)) {
      best = { node: load.node.metadata.name, free };
    }
  }
  if (best) return { fits: true, node: best.node };
  const list = [...reasons].map(([reason, count]) => `${count} ${reason}`).toSorted();
  const why = list.length === 0 ? "" : ` ${list.join(", ")}.`;
  return {
    fits: false,
    message:
      nodes.length === 0 ? "no nodes available to schedule pods" : `0/${nodes.length} nodes are available:${why}`,
  };
}

function obstaclesOn(pod: Pod, wanted: Demand, { node, capacity, used, pods }: NodeLoad): readonly string[] {
  if (node.spec?.unschedulable === true) return ["node(s) were unschedulable"];
  const selector = Object.entries(pod.spec?.nodeSelector ?? {});
  if (selector.some(([name, value]) => node.metadata.labels?.[name] !== value)) {
    return ["node(s) didn't match Pod's node affinity/selector"];
  }
  if (node.spec?.taints?.some((taint) => taint.effect !== "PreferNoSchedule" && !isTolerated(pod, taint))) {
    return ["node(s) had untolerated taint(s)"];
  }
  return [
    ...(pods + 1 > capacity.pods ? ["Too many pods"] : []),
    // The small number takes up what sums of floating point numbers leave.
    ...(wanted.cpu > 0 && used.cpu + wanted.cpu > capacity.cpu + 1e-9 ? ["Insufficient cpu"] : []),
    ...(wanted.memory > 0 && used.memory + wanted.memory > capacity.memory ? ["Insufficient memory"] : []),
  ];
}

/** As in kube-scheduler's TaintToleration: an empty key tolerates every taint, an empty effect every effect. */
function isTolerated(pod: Pod, taint: Taint): boolean {
  return (pod.spec?.tolerations ?? []).some(
    ({ key = "", operator = "Equal", value = "", effect = "" }) =>
      (effect === "" || effect === taint.effect) &&
      (key === "" ? operator === "Exists" : key === taint.key) &&
      (operator === "Exists" || value === (taint.value ?? "")),
  );
}

/** What a node lets pods have. */
export function capacityOf(node: Node): Capacity {
  const allocatable = node.status?.allocatable ?? {};
  const of = (name: string): number => parseQuantity(allocatable[name] ?? 0) ?? 0;
  return { cpu: of("cpu"), memory: of("memory"), pods: of("pods") };
}

/** Requests of all containers together, or of the largest init container, which runs alone. */
export function demandOf(pod: Pod): Demand {
  const of = (name: string): number => {
    const request = (container: NonNullable<Pod["spec"]>["containers"][number]): number =>
      parseQuantity(container.resources?.requests?.[name] ?? container.resources?.limits?.[name] ?? 0) ?? 0;
    const together = (pod.spec?.containers ?? []).reduce((sum, container) => sum + request(container), 0);
    return Math.max(together, ...(pod.spec?.initContainers ?? []).map(request));
  };
  return { cpu: of("cpu"), memory: of("memory") };
}
