import { type KubernetesObject, refOf } from "@fairway/objects";
import { type Cluster, ClusterError } from "../ports.ts";

/**
 * A cluster that is written only while an adoption is in the turn that an act is of. Each write asks once more: a server that
 * stood still in the middle of an act must not go on with it when another one has gone on, or back. What it read before is told by
 * the version that the write carries. One that carries none, as nothing was there, is taken back when the turn was over by then.
 */
export function whileCurrent(cluster: Cluster, isCurrent: () => Promise<boolean>): Cluster {
  const prove = async (): Promise<void> => {
    if (await isCurrent()) return;
    throw new ClusterError("conflict", cluster.name, "the adoption has gone on meanwhile");
  };
  /** Of what was written without a version. */
  const keepWhileCurrent = async (stored: KubernetesObject, signal: AbortSignal | undefined): Promise<void> => {
    const { uid = "", resourceVersion = "" } = stored.metadata;
    if (!(await isCurrent())) await cluster.delete(refOf(stored), { uid, resourceVersion }, signal);
  };
  return {
    ...cluster,
    async apply(object, options, signal) {
      await prove();
      const stored = await cluster.apply(object, options, signal);
      if (options?.resourceVersion === undefined) await keepWhileCurrent(stored, signal);
      return stored;
    },
    async create(object, signal, options) {
      await prove();
      const stored = await cluster.create(object, signal, options);
      await keepWhileCurrent(stored, signal);
      return stored;
    },
    async replace(object, signal) {
      await prove();
      return cluster.replace(object, signal);
    },
    async delete(ref, preconditions, signal) {
      await prove();
      return cluster.delete(ref, preconditions, signal);
    },
  };
}
