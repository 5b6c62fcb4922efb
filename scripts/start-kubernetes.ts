/**
 * Real Kubernetes clusters to try things on, until Ctrl-C:
 *
 *   npm run kubernetes                   one cluster with a node that runs containers
 *   npm run kubernetes -- 2              two of them
 *   npm run kubernetes -- 1 control      a control plane only
 */
import { startKubernetes } from "../test/kubernetes/harness/start-kubernetes.ts";

const [count = "1", kind = "kubelet"] = process.argv.slice(2);
const ended = Promise.withResolvers<void>();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.resolve());
const closing: (() => Promise<void>)[] = [];
const { clusters, registry, nodeImage } = await startKubernetes(
  { after: (work) => closing.push(work) },
  { clusters: Number(count), kubelet: kind === "kubelet" },
);
for (const { name, kubeconfigPath } of clusters) console.log(`export KUBECONFIG=${kubeconfigPath}   # ${name}`);
if (kind === "kubelet") console.log(`registry ${registry} (plain HTTP), an image with Node: ${nodeImage}`);
await ended.promise;
for (const work of closing) await work();
