import { globSync } from "node:fs";
import path from "node:path";
import type { Binaries } from "./binaries.ts";
import type { KubernetesCluster } from "./cluster.ts";

/** Nodes of KWOK: they take pods and say that these run, without running anything. For scale. */
export async function startFakeNodes(cluster: KubernetesCluster, binaries: Binaries, count: number): Promise<void> {
  const kwok = await binaries.moduleFolder("sigs.k8s.io/kwok");
  const stages = globSync(
    path.join(kwok, "kustomize/stage/{node/fast,node/heartbeat-with-lease,pod/fast}/*.yaml"),
  ).filter((file) => !path.basename(file).startsWith("kustomization"));
  await cluster.run("kwok", [
    binaries.kwok,
    `--kubeconfig=${cluster.kubeconfigPath}`,
    "--manage-all-nodes",
    "--node-lease-duration-seconds=40",
    ...stages.map((file) => `--config=${file}`),
  ]);
  const names = Array.from({ length: count }, (_, number) => `fake-${number}`);
  await Promise.all(names.map((name) => register(cluster, name)));
  await cluster.kubectl(["wait", "--for=condition=Ready", "node", "--all", "--timeout=120s"]);
}

async function register({ client }: KubernetesCluster, name: string): Promise<void> {
  const metadata = { name, labels: { "kubernetes.io/hostname": name } };
  const created = await client.request("POST", "/api/v1/nodes", {
    body: { apiVersion: "v1", kind: "Node", metadata },
  });
  if (created.code !== 201) throw new Error(`node ${name}: ${created.text}`);
  const capacity = { cpu: "32", memory: "256Gi", pods: "110" };
  await client.request("PATCH", `/api/v1/nodes/${name}/status`, {
    body: { status: { capacity, allocatable: capacity } },
    contentType: "application/merge-patch+json",
  });
}
