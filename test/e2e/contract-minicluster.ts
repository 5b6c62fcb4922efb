/** An embedded cluster for the contract that a real one passes too. */
import assert from "node:assert/strict";
import {
  type ContractCluster,
  type KubernetesClient,
  kubernetesClient,
} from "@fairway/minicluster/kubernetes.contract";
import { startCluster } from "./start-cluster.ts";

const absent = "b".repeat(64);

export async function startContractMinicluster(
  kubectls: ContractCluster["kubectls"],
): Promise<ContractCluster & { close(): Promise<void> }> {
  const { minicluster, kubeconfig, image, close } = await startCluster();
  const client = kubernetesClient(kubeconfig);
  return {
    kubeconfigPath: minicluster.kubeconfigPath,
    client,
    image,
    absentImage: image.replace(/[0-9a-f]+$/, absent),
    kubectls,
    forgetOldVersions: () => writeMuch(client),
    close,
  };
}

/** More than the changes that the cluster keeps: 64 MB, cut when there is a quarter more. */
async function writeMuch(client: KubernetesClient): Promise<void> {
  const path = "/api/v1/namespaces/default/configmaps";
  for (let count = 0; count < 95; count += 1) {
    const body = { metadata: { name: "much" }, data: { text: String(count).padEnd(900_000, "x") } };
    const { code } = await client.request(count === 0 ? "POST" : "PUT", count === 0 ? path : `${path}/much`, { body });
    assert.ok(code < 300);
  }
  await client.request("DELETE", `${path}/much`);
}
