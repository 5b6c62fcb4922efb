import { textAt } from "@fairway/object-schema";
import { requests, type Target } from "../traffic/answering.ts";
import type { KubernetesCluster } from "./harness/start-kubernetes.ts";
import { until } from "./until.ts";

/**
 * Where callers of a Service go in a cluster: its own address, which can be reached from here. Comes when it answers: kube-proxy
 * hears of Services and pods up to a second after the API has them.
 */
export async function serviceTarget(
  { name: cluster, client }: KubernetesCluster,
  name: string,
  namespace = name,
): Promise<Target> {
  const { body, text } = await client.request("GET", `/api/v1/namespaces/${namespace}/services/${name}`);
  const address = textAt(body, "spec", "clusterIP");
  if (address === undefined) throw new Error(`${cluster}: Service ${name} of ${namespace} has no address: ${text}`);
  const target = { address: `${address}:80`, host: name };
  await until(
    async () => (await requests(target, 1)).failed.length === 0,
    `${cluster}: ${name} of ${namespace} answers`,
  );
  return target;
}
