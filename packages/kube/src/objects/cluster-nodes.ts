import { isFinished, isNode, isPod, type KubernetesObject, type Node } from "@fairway/objects";
import { type Cluster, ClusterError, type ClusterNodes } from "@fairway/rollout";
import type { ApiClient } from "../http/api-client.ts";
import { objectPath, requireKind } from "./api-path.ts";
import { listObjects } from "./list-objects.ts";

/** Rollouts that begin side by side ask once, in milliseconds. */
const fresh = 10_000;
/** Pods are looked at where there are no more nodes than this: 5,000 nodes may hold 150,000 (Kubernetes, "Considerations for large clusters"). */
const fewNodes = 50;

/** What autoscalers of nodes leave where they are: the status of Cluster Autoscaler, and marks of others on their nodes. */
const autoscalerStatus = {
  apiVersion: "v1",
  kind: "ConfigMap",
  namespace: "kube-system",
  name: "cluster-autoscaler-status",
};
const autoscalerMarks =
  /^(karpenter\.sh|cluster-autoscaler\.kubernetes\.io|eks\.amazonaws\.com\/compute-type|cloud\.google\.com\/gke-provisioning)/;

/** `Cluster.nodes`: an account that may not list them sees nothing, and that is no error. */
export function clusterNodes(client: ApiClient): Cluster["nodes"] {
  let last: { readonly at: number; readonly answer: Promise<ClusterNodes | undefined> } | undefined;
  return (signal) => {
    if (last === undefined || client.time.elapsed() - last.at > fresh) {
      // Not under the signal of the first who asks: others wait for the same answer.
      const answer = read(client);
      last = { at: client.time.elapsed(), answer };
      answer.catch(() => {
        last = undefined;
      });
    }
    return untilAborted(last.answer, signal);
  };
}

async function read(client: ApiClient): Promise<ClusterNodes | undefined> {
  try {
    const list = async (kind: string): Promise<readonly KubernetesObject[]> =>
      listObjects(client, { kind: requireKind(client.cluster, { apiVersion: "v1", kind }) });
    const nodes = (await list("Node")).filter(isNode);
    const pods = nodes.length > fewNodes ? undefined : (await list("Pod")).filter(isPod);
    return {
      nodes,
      pods: pods?.filter((pod) => !isFinished(pod)),
      grows: nodes.some(isMarked) || (await hasAutoscaler(client)),
    };
  } catch (error) {
    if (error instanceof ClusterError && error.code === "forbidden") return undefined;
    throw error;
  }
}

function isMarked({ metadata }: Node): boolean {
  return Object.keys({ ...metadata.labels, ...metadata.annotations }).some((name) => autoscalerMarks.test(name));
}

async function hasAutoscaler(client: ApiClient): Promise<boolean> {
  try {
    await client.json(
      { method: "GET", path: objectPath(client.cluster, autoscalerStatus) },
      { repeatable: true, signal: undefined },
    );
    return true;
  } catch (error) {
    if (error instanceof ClusterError && error.code === "not-found") return false;
    throw error;
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
