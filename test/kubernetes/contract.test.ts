/** The contract of a Kubernetes cluster on a real one; test/e2e runs the same cases on our embedded one. */
import { existsSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import { kubernetesContract } from "@fairway/minicluster/kubernetes.contract";
import { startKubernetes } from "./harness/start-kubernetes.ts";

const older = path.join(import.meta.dirname, "../../node_modules/.cache/fairway/kubectl");

kubernetesContract("Kubernetes", async () => {
  // What the suite opens it closes itself; the kernel does it when the process dies.
  const kubernetes = await startKubernetes({ after() {} }, { kubelet: true });
  const [cluster] = kubernetes.clusters;
  if (cluster === undefined) throw new Error("there is no cluster");
  const newest = path.join(kubernetes.folder, "kubectl");
  await writeFile(newest, `#!/bin/sh\nexec '${kubernetes.binaries.components}' kubectl "$@"\n`);
  await chmod(newest, 0o755);
  return {
    kubeconfigPath: cluster.kubeconfigPath,
    client: cluster.client,
    image: kubernetes.nodeImage,
    absentImage: `${kubernetes.registry}/absent:1`,
    kubectls: [{ version: "1.36", path: newest }, ...(existsSync(older) ? [{ version: "1.34", path: older }] : [])],
    async forgetOldVersions() {
      // A new process knows nothing from before it. SIGTERM would wait for the open watches.
      await cluster.stop("kube-apiserver", "SIGKILL");
      await cluster.start("kube-apiserver");
    },
    close: () => kubernetes.close(),
  };
});
