import { type Cluster, ClusterError } from "@fairway/rollout";
import type { ClusterPool } from "./cluster-pool.ts";

/**
 * The Cluster port of a registered cluster, whatever its connection is at the moment of a call: a rollout outlives a
 * connection. Without one every call fails as `unreachable`.
 */
export function pooledPort(pool: Pick<ClusterPool, "get">, name: string): Cluster {
  const current = (): Cluster => {
    const entry = pool.get(name);
    if (entry?.link !== undefined && !entry.stopped) return entry.link.cluster;
    const stopped = `it is stopped; fairway cluster start ${name} starts it`;
    const reason = entry === undefined ? "it is not registered" : entry.stopped ? stopped : entry.trouble;
    throw new ClusterError("unreachable", name, reason ?? "it is being connected");
  };
  return {
    name,
    ...(pool.get(name)?.record.embedded === true ? { router: "gateway" } : {}),
    check: async (signal, kinds) => current().check(signal, kinds),
    get: async (ref, signal) => current().get(ref, signal),
    list: async (of, signal) => current().list(of, signal),
    apply: async (object, options, signal) => current().apply(object, options, signal),
    create: async (object, signal, options) => current().create(object, signal, options),
    replace: async (object, signal) => current().replace(object, signal),
    delete: async (ref, preconditions, signal) => current().delete(ref, preconditions, signal),
    async *follow(namespace, signal) {
      yield* current().follow(namespace, signal);
    },
    nodes: async (signal) => current().nodes(signal),
    log: async (pod, options, signal) => current().log(pod, options, signal),
  };
}
