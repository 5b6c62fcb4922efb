/** The contract of a Kubernetes cluster on a real one; test/e2e runs the same cases on our embedded one. */
import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type ContractCluster, kubernetesContract } from "@fairway/minicluster/kubernetes.contract";
import { startContractMinicluster } from "../e2e/contract-minicluster.ts";
import { checkout } from "../e2e/platform.ts";
import { buildBinaries } from "./harness/binaries.ts";
import { startKubernetes } from "./harness/start-kubernetes.ts";

/** kubectl of two minor versions: an older one, and the cluster's own. */
async function kubectls(folder: string): Promise<ContractCluster["kubectls"]> {
  const older = execFileSync(process.execPath, [path.join(checkout, "scripts/fetch-kubectl.ts")], { encoding: "utf8" });
  const newest = path.join(folder, "kubectl");
  const { components } = await buildBinaries(console.error);
  await writeFile(newest, `#!/bin/sh\nexec '${components}' kubectl "$@"\n`);
  await chmod(newest, 0o755);
  return [
    { version: "1.36", path: newest },
    { version: "1.34", path: older.trim() },
  ];
}

kubernetesContract("Kubernetes", async () => {
  // What the suite opens it closes itself; the kernel does it when the process dies.
  const kubernetes = await startKubernetes({ after() {} }, { kubelet: true });
  const [cluster] = kubernetes.clusters;
  if (cluster === undefined) throw new Error("there is no cluster");
  return {
    kubeconfigPath: cluster.kubeconfigPath,
    client: cluster.client,
    image: kubernetes.nodeImage,
    absentImage: `${kubernetes.registry}/absent:1`,
    givesSecondTry: true,
    kubectls: await kubectls(kubernetes.folder),
    async forgetOldVersions() {
      // A new process knows nothing from before it. SIGTERM would wait for the open watches.
      await cluster.stop("kube-apiserver", "SIGKILL");
      await cluster.start("kube-apiserver");
    },
    close: () => kubernetes.close(),
  };
});

// With the newest kubectl, which machines with only Node do not have.
kubernetesContract(
  "minicluster",
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "fairway-kubectl-"));
    const cluster = await startContractMinicluster(await kubectls(folder));
    return {
      ...cluster,
      async close() {
        await cluster.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
  "kubectl",
);
