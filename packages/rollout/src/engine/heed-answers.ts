import { type Cluster, ClusterError } from "../ports.ts";
import type { DeafProxies } from "./deaf-proxies.ts";

/** The same cluster; whether it answers is noted at every call. */
export function heedAnswers(cluster: Cluster, proxies: Pick<DeafProxies, "silent" | "answered">): Cluster {
  const { name } = cluster;
  const failed = (error: unknown): void => {
    if (!(error instanceof ClusterError)) return;
    if (error.code === "unreachable") proxies.silent(name);
    else proxies.answered(name);
  };
  const heed = async <T>(call: Promise<T>): Promise<T> => {
    try {
      const answer = await call;
      proxies.answered(name);
      return answer;
    } catch (error) {
      failed(error);
      throw error;
    }
  };
  return {
    ...cluster,
    check: (...of) => heed(cluster.check(...of)),
    get: (...of) => heed(cluster.get(...of)),
    list: (...of) => heed(cluster.list(...of)),
    apply: (...of) => heed(cluster.apply(...of)),
    create: (...of) => heed(cluster.create(...of)),
    replace: (...of) => heed(cluster.replace(...of)),
    delete: (...of) => heed(cluster.delete(...of)),
    nodes: (...of) => heed(cluster.nodes(...of)),
    log: (...of) => heed(cluster.log(...of)),
    async *follow(...of) {
      try {
        for await (const observation of cluster.follow(...of)) {
          proxies.answered(name);
          yield observation;
        }
      } catch (error) {
        failed(error);
        throw error;
      }
    },
  };
}
