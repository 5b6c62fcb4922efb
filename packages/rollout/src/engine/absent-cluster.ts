import { type Cluster, ClusterError } from "../ports.ts";

/** Stands for a cluster that a rollout knows and the environment has no more: it cannot be reached. */
export function absentCluster(name: string): Cluster {
  const gone = async (): Promise<never> => {
    throw new ClusterError("unreachable", name, `cluster ${name} is not registered any more`);
  };
  return {
    name,
    check: gone,
    get: gone,
    list: gone,
    apply: gone,
    create: gone,
    replace: gone,
    delete: gone,
    nodes: gone,
    log: gone,
    follow: () => ({ [Symbol.asyncIterator]: () => ({ next: gone }) }),
  };
}
