import type { Target } from "../traffic/answering.ts";
import type { KubernetesCluster } from "./harness/start-kubernetes.ts";

/** Where callers of a Service go in a cluster: its own address, which can be reached from here. */
export async function serviceTarget(
  { name: cluster, kubectl }: KubernetesCluster,
  name: string,
  namespace = name,
): Promise<Target> {
  const address = await kubectl([
    "get",
    "service",
    name,
    `--namespace=${namespace}`,
    "-o",
    "jsonpath={.spec.clusterIP}",
  ]);
  if (address === "") throw new Error(`${cluster}: Service ${name} of ${namespace} has no address`);
  return { address: `${address}:80`, host: name };
}
