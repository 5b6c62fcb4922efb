import { isFinished, type KubernetesObject, type Node, type Pod } from "@fairway/objects";
import { keyOf } from "../controllers/object-key.ts";
import { type Capacity, capacityOf, type Demand, demandOf, type NodeLoad } from "./fit.ts";

/** What pods hold on each node, kept by their changes: to add it up anew for each pod would take the square of their number. */
export interface NodeLoads {
  /** A pod is there, or is as it is now. */
  set(pod: Pod): void;
  /** It has gone. */
  remove(pod: KubernetesObject): void;
  of(node: Node): NodeLoad;
}

export function nodeLoads(): NodeLoads {
  const held = new Map<string, Map<string, Demand>>();
  /** Sums that still hold. */
  const sums = new Map<string, Demand>();
  const nodeOf = new Map<string, string>();
  const capacities = new WeakMap<Node, Capacity>();

  function remove(pod: KubernetesObject): void {
    const key = keyOf(pod);
    const node = nodeOf.get(key);
    if (node === undefined) return;
    nodeOf.delete(key);
    held.get(node)?.delete(key);
    sums.delete(node);
  }

  return {
    remove,
    set(pod) {
      const node = pod.spec?.nodeName;
      if (node === undefined || isFinished(pod)) return remove(pod);
      const key = keyOf(pod);
      if (nodeOf.get(key) === node) return;
      remove(pod);
      nodeOf.set(key, node);
      const there = held.get(node) ?? new Map<string, Demand>();
      held.set(node, there.set(key, demandOf(pod)));
      sums.delete(node);
    },
    of(node) {
      const { name } = node.metadata;
      const there = held.get(name);
      const used = sums.get(name) ?? sumOf(there?.values() ?? []);
      sums.set(name, used);
      const capacity = capacities.get(node) ?? capacityOf(node);
      capacities.set(node, capacity);
      return { node, capacity, used, pods: there?.size ?? 0 };
    },
  };
}

function sumOf(demands: Iterable<Demand>): Demand {
  const sum = { cpu: 0, memory: 0 };
  for (const { cpu, memory } of demands) {
    sum.cpu += cpu;
    sum.memory += memory;
  }
  return sum;
}
